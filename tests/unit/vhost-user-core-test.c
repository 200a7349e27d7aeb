/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user core: requests and replies, in whatever pieces they come. */
#include "hw-models/vhost-user-core.h"

#include <glib.h>
#include <string.h>

#define GET_FEATURES 1
#define SET_MEM_TABLE 5
#define GET_VRING_BASE 11
#define IOTLB_MSG 22
#define GET_CONFIG 24
#define SET_DEVICE_STATE_FD 42
#define CHECK_DEVICE_STATE 43

#define REQUEST 1
#define ACKED_REQUEST 9
#define REPLY 5

typedef struct Message {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
    uint32_t payload[4];
} Message;

#define HEADER VHOST_USER_HEADER_SIZE

/* Write @m as a whole. */
static void ask(VhostUserExchange *x, const Message *m)
{
    g_assert_true(vhost_user_core_begin(x, m, HEADER + m->size, 1));
    vhost_user_core_wrote(x, HEADER + m->size);
}

/* Read @m in pieces of @step bytes; the verdict of the last. */
static VhostUserReply reply_by(VhostUserExchange *x, const Message *m,
                               size_t step)
{
    VhostUserReply reply = VHOST_USER_REPLY_PARTIAL;
    size_t size = MIN(HEADER + (size_t)m->size, sizeof(*m)), done;

    for (done = 0; done < size && reply == VHOST_USER_REPLY_PARTIAL;
         done += step) {
        reply = vhost_user_core_read(x, (const char *)m + done,
                                     MIN(step, size - done));
    }
    return reply;
}

static void expect(const Message *m, const Message *answer,
                   VhostUserReply wanted)
{
    size_t step;

    for (step = 1; step <= sizeof(*answer); step++) {
        VhostUserExchange x = { 0 };

        ask(&x, m);
        g_assert_cmpint(reply_by(&x, answer, step), ==, wanted);
    }
}

static void test_replies(void)
{
    const Message get = { GET_FEATURES, REQUEST, 0, { 0 } };
    const Message base = { GET_VRING_BASE, REQUEST, 8, { 0 } };
    const Message iotlb = { IOTLB_MSG, ACKED_REQUEST, 16, { 0 } };
    const Message table = { SET_MEM_TABLE, REQUEST, 16, { 0 } };

    /* A word that is not zero is a no to what wants to be acknowledged. */
    expect(&get, &(Message) { GET_FEATURES, REPLY, 8, { 1, 2 } },
           VHOST_USER_REPLY_DONE);
    expect(&iotlb, &(Message) { IOTLB_MSG, REPLY, 8, { 0, 0 } },
           VHOST_USER_REPLY_DONE);
    expect(&iotlb, &(Message) { IOTLB_MSG, REPLY, 8, { 1, 0 } },
           VHOST_USER_REPLY_REFUSED);
    expect(&iotlb, &(Message) { IOTLB_MSG, REPLY, 8, { 0, 1 } },
           VHOST_USER_REPLY_REFUSED);
    expect(&base, &(Message) { GET_VRING_BASE, REPLY, 8, { 0, 7 } },
           VHOST_USER_REPLY_DONE);

    /* The sizes of others are the host's to check. */
    expect(&base, &(Message) { GET_VRING_BASE, REPLY, 12, { 0 } },
           VHOST_USER_REPLY_DONE);
    expect(&table, &(Message) { SET_MEM_TABLE, REPLY, 16, { 1 } },
           VHOST_USER_REPLY_DONE);
    expect(&table, &(Message) { SET_MEM_TABLE, REPLY, 0, { 0 } },
           VHOST_USER_REPLY_DONE);
}

/* No payload is a no to GET_CONFIG, and to nothing else. */
static void test_config(void)
{
    const Message config = { GET_CONFIG, REQUEST, 16, { 0 } };
    const Message base = { GET_VRING_BASE, REQUEST, 8, { 0 } };

    expect(&config, &(Message) { GET_CONFIG, REPLY, 16, { 0, 4, 0, 7 } },
           VHOST_USER_REPLY_DONE);
    expect(&config, &(Message) { GET_CONFIG, REPLY, 0, { 0 } },
           VHOST_USER_REPLY_REFUSED);
    expect(&config, &(Message) { GET_CONFIG, REQUEST, 0, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&config, &(Message) { GET_VRING_BASE, REPLY, 0, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&base, &(Message) { GET_VRING_BASE, REPLY, 0, { 0 } },
           VHOST_USER_REPLY_DONE);
}

/* A migration's: errors, without having asked for an acknowledgement. */
static void test_device_state(void)
{
    const Message set = { SET_DEVICE_STATE_FD, REQUEST, 8, { 0 } };
    const Message check = { CHECK_DEVICE_STATE, REQUEST, 0, { 0 } };

    expect(&set, &(Message) { SET_DEVICE_STATE_FD, REPLY, 8, { 0 } },
           VHOST_USER_REPLY_DONE);
    /* No descriptor comes with it. */
    expect(&set, &(Message) { SET_DEVICE_STATE_FD, REPLY, 8, { 0x100 } },
           VHOST_USER_REPLY_DONE);
    expect(&set, &(Message) { SET_DEVICE_STATE_FD, REPLY, 8, { 0x101 } },
           VHOST_USER_REPLY_REFUSED);
    expect(&set, &(Message) { SET_DEVICE_STATE_FD, REPLY, 4, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&check, &(Message) { CHECK_DEVICE_STATE, REPLY, 8, { 0 } },
           VHOST_USER_REPLY_DONE);
    expect(&check, &(Message) { CHECK_DEVICE_STATE, REPLY, 8, { 0, 1 } },
           VHOST_USER_REPLY_REFUSED);
    expect(&check, &(Message) { CHECK_DEVICE_STATE, REPLY, 12, { 0 } },
           VHOST_USER_REPLY_BAD);
}

static void test_bad_replies(void)
{
    const Message get = { GET_FEATURES, REQUEST, 0, { 0 } };
    const Message iotlb = { IOTLB_MSG, ACKED_REQUEST, 16, { 0 } };

    expect(&get, &(Message) { GET_VRING_BASE, REPLY, 8, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&get, &(Message) { GET_FEATURES, REQUEST, 8, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&get, &(Message) { GET_FEATURES, ACKED_REQUEST | REPLY, 8, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&get, &(Message) { GET_FEATURES, REPLY, 4, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&get, &(Message) { GET_FEATURES, REPLY, 0xffffffff, { 0 } },
           VHOST_USER_REPLY_BAD);
    expect(&iotlb, &(Message) { IOTLB_MSG, REPLY, 0, { 0 } },
           VHOST_USER_REPLY_BAD);
}

/* A message that is written in pieces is one. */
static void test_pieces(void)
{
    const Message m = { SET_MEM_TABLE, ACKED_REQUEST, 16, { 0 } };
    VhostUserExchange x = { 0 };

    g_assert_true(vhost_user_core_begin(&x, &m, HEADER + 16, 5));
    vhost_user_core_wrote(&x, 20);
    g_assert_false(vhost_user_core_begin(&x, &m, 8, 6));
    g_assert_cmpint(x.begun_ns, ==, 5);
    vhost_user_core_wrote(&x, 8);
    g_assert_true(vhost_user_core_begin(&x, &m, HEADER + 16, 7));
    g_assert_cmpint(x.begun_ns, ==, 7);
    g_assert_cmpint(x.request, ==, SET_MEM_TABLE);
    g_assert_true(x.wants_ack);
}

/* The next request's reply is looked at anew. */
static void test_next(void)
{
    const Message base = { GET_VRING_BASE, REQUEST, 8, { 0 } };
    VhostUserExchange x = { 0 };
    unsigned i;

    for (i = 0; i < 3; i++) {
        ask(&x, &base);
        g_assert_cmpint(x.got, ==, 0);
        g_assert_cmpint(reply_by(&x, &(Message) {
            GET_VRING_BASE, REPLY, 8, { i, i } }, 12), ==,
            VHOST_USER_REPLY_DONE);
    }
}

static void test_is_request(void)
{
    Message m = { GET_FEATURES, REQUEST, 0, { 0 } };
    uint32_t request = 0;

    g_assert_true(vhost_user_core_is_request(&m, HEADER, &request));
    g_assert_cmpint(request, ==, VHOST_USER_FIRST_REQUEST);
    g_assert_false(vhost_user_core_is_request(&m, HEADER - 1, &request));
    g_assert_false(vhost_user_core_is_request(&m, HEADER + 1, &request));
    m.flags = ACKED_REQUEST;
    g_assert_true(vhost_user_core_is_request(&m, HEADER, &request));
    m.flags = REPLY;
    g_assert_false(vhost_user_core_is_request(&m, HEADER, &request));
    m = (Message) { 0, REQUEST, 0, { 0 } };
    g_assert_false(vhost_user_core_is_request(&m, HEADER, &request));
    m = (Message) { 1000, REQUEST, 0, { 0 } };
    g_assert_false(vhost_user_core_is_request(&m, HEADER, &request));
    g_assert_false(vhost_user_core_is_request("login: root\n", 12,
                                              &request));
}

static void test_names(void)
{
    g_assert_cmpstr(vhost_user_core_name(GET_FEATURES), ==, "GET_FEATURES");
    g_assert_cmpstr(vhost_user_core_name(30), ==, "POSTCOPY_END");
    g_assert_cmpstr(vhost_user_core_name(VHOST_USER_IOTLB_REQUEST), ==,
                    "IOTLB_MSG");
    g_assert_cmpstr(vhost_user_core_name(0), ==, "UNKNOWN");
    g_assert_cmpstr(vhost_user_core_name(0xffffffff), ==, "UNKNOWN");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vhost-user-core/replies", test_replies);
    g_test_add_func("/vhost-user-core/config", test_config);
    g_test_add_func("/vhost-user-core/device-state", test_device_state);
    g_test_add_func("/vhost-user-core/bad-replies", test_bad_replies);
    g_test_add_func("/vhost-user-core/pieces", test_pieces);
    g_test_add_func("/vhost-user-core/next", test_next);
    g_test_add_func("/vhost-user-core/is-request", test_is_request);
    g_test_add_func("/vhost-user-core/names", test_names);
    return g_test_run();
}
