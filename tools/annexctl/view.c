/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A query, and how its answer is shown. */
#include "view.h"

gboolean ctl_view_watch, ctl_view_until_idle;
double ctl_view_interval = 0.5;

static bool check_options(const CtlView *view, GError **errp)
{
    const char *wrong = NULL;

    if (!(ctl_view_interval >= 0.05 && ctl_view_interval <= 3600)) {
        wrong = "--interval is to be from 0.05 to 3600";
    } else if (ctl_view_until_idle && !ctl_view_watch) {
        wrong = "--until-idle needs --watch";
    } else if (ctl_view_until_idle && !view->is_idle) {
        wrong = "--until-idle: there is nothing here that ends";
    }
    if (wrong) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE, "%s", wrong);
    }
    return !wrong;
}

bool ctl_view_show(Ctl *ctl, const CtlView *view, GError **errp)
{
    g_autoptr(JsonNode) answer = NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    if (!check_options(view, errp)) {
        return false;
    }
    if (ctl_view_watch) {
        return ctl_connect(ctl, errp) && ctl_watch(ctl, view, errp);
    }
    answer = ctl_execute(ctl, view->module, view->command, NULL, view->oob,
                         errp);
    if (!answer) {
        return false;
    }
    if (ctl->json) {
        return ctl_print_json(answer, true, errp);
    }
    view->render(&ctl->style, answer, out);
    return ctl_print(out->str, errp);
}
