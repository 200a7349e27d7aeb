/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests and replies of a vhost-user channel, in any pieces. */
#include <glib.h>
#include <string.h>
#include "hw-models/vhost-user-core.h"

/* The verdict of a reply that comes in pieces of @step bytes. */
static VhostUserReply reply_by(VhostUserExchange x, const uint8_t *data,
                               size_t size, size_t step)
{
    VhostUserReply reply = VHOST_USER_REPLY_PARTIAL;
    size_t done, len;

    for (done = 0; done < size && reply == VHOST_USER_REPLY_PARTIAL;
         done += len) {
        g_autofree uint8_t *piece = NULL;

        /* In the heap, so that what is behind it is seen to be read. */
        len = MIN(step, size - done);
        piece = g_memdup2(data + done, len);
        reply = vhost_user_core_read(&x, piece, len);
    }
    return reply;
}

/*
 * A byte that says the size of pieces, then a message and its reply, as words
 * in the order of this machine.
 */
static void exchange(const uint8_t *data, size_t size)
{
    g_autofree VhostUserExchange *x = g_new0(VhostUserExchange, 1);
    size_t step = data[0] % 24 + 1;
    uint32_t request = 0;
    bool whole;

    data++;
    size--;
    whole = vhost_user_core_is_request(data, size, &request);
    if (!vhost_user_core_begin(x, data, size, 1)) {
        g_assert_cmpuint(size, <, VHOST_USER_HEADER_SIZE);
        return;
    }
    g_assert_true(!whole || x->request == request);
    g_assert_true(!whole || x->left == size);
    g_assert_nonnull(vhost_user_core_name(x->request));
    vhost_user_core_wrote(x, VHOST_USER_HEADER_SIZE);
    data += VHOST_USER_HEADER_SIZE;
    size -= VHOST_USER_HEADER_SIZE;
    g_assert_false(x->left && vhost_user_core_begin(x, data, size, 2));
    if (x->left > size) {
        return;
    }
    data += x->left;
    size -= x->left;
    vhost_user_core_wrote(x, x->left);
    g_assert_cmpuint(x->left, ==, 0);
    /* What comes behind a reply is none of its own. */
    if (size >= VHOST_USER_HEADER_SIZE) {
        uint32_t payload;

        memcpy(&payload, data + 8, sizeof(payload));
        size = MIN(size, VHOST_USER_HEADER_SIZE + (uint64_t)payload);
    }
    g_assert_cmpint(reply_by(*x, data, size, step), ==,
                    reply_by(*x, data, size, 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size) {
        exchange(data, size);
    }
    return 0;
}
