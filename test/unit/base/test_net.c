/* Addresses of readers and lists of networks (SECURITY.md ID4, AC10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/net.h"

static bool same(const char *a, const char *b)
{
    char x[NET_TEXT];
    char y[NET_TEXT];
    return str_eq(net_of(x, str_of(a)), net_of(y, str_of(b)));
}

static void ID4_a_64_of_ipv6_is_one_however_it_is_written(void **state)
{
    (void)state;
    assert_true(same("2001:db8::1", "2001:db8::2"));
    assert_true(same("2001:db8::1", "2001:db8::ffff:1:2:3"));
    assert_true(same("2001:db8::1", "2001:0DB8:0:0:9::"));
    assert_true(same("2001:db8:0:1::5", "2001:db8:0:1:a:b:c:d"));
    assert_false(same("2001:db8::1", "2001:db8:0:1::1"));
    assert_false(same("2001:db8::1", "2001:db9::1"));
    assert_true(same("::1", "::2"));
}

static void ID4_an_ipv4_address_is_one_alone_also_mapped(void **state)
{
    char text[NET_TEXT];
    (void)state;
    assert_false(same("192.0.2.1", "192.0.2.2"));
    assert_true(same("192.0.2.1", "::ffff:192.0.2.1"));
    assert_true(str_eq(net_of(text, STR("192.0.2.1")), STR("192.0.2.1")));
    assert_true(str_eq(net_of(text, STR("what")), STR("what")));
    assert_true(str_eq(net_of(text, STR("")), STR("")));
}

static void AC10_a_list_holds_its_networks_and_no_other_address(void **state)
{
    static const struct {
        const char *address;
        bool held;
    } rows[] = {
        {"10.0.0.0", true},
        {"10.255.255.255", true},
        {"11.0.0.0", false},
        {"9.255.255.255", false},
        {"192.0.2.7", true},
        {"192.0.2.6", false},
        {"172.16.0.1", true},
        {"172.31.255.255", true},
        {"172.32.0.0", false},
        {"::ffff:10.1.2.3", true},
        {"2001:db8:ffff::1", true},
        {"2001:db9::", false},
        {"::", false},
        {"", false},
        {"10.1", false},
        {"10.0.0.1 ", false},
    };
    struct net_list list;
    struct fault fault = {0};
    (void)state;
    assert_int_equal(
        net_list_parse(&list, STR("10.0.0.0/8, 192.0.2.7,172.16.0.0/12,2001:db8::/32"), &fault),
        ERR_OK);
    assert_int_equal(list.count, 4);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (net_list_holds(&list, str_of(rows[i].address)) != rows[i].held)
            fail_msg("%s", rows[i].address);
    assert_int_equal(net_list_parse(&list, STR("0.0.0.0/0"), &fault), ERR_OK);
    assert_true(net_list_holds(&list, STR("203.0.113.9")));
    assert_false(net_list_holds(&list, STR("2001:db8::1")));
}

static void AC10_what_is_no_network_is_refused_by_its_words(void **state)
{
    static const char *const bad[] = {"",        "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8",
                                      "host",    "10.0.0.0/",   "::/129",     "10.0.0.0/-1",
                                      "10.1,,1", "10.0.0.0/8;"};
    struct net_list list;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault fault = {0};
        if (net_list_parse(&list, str_of(bad[i]), &fault) != ERR_INPUT)
            fail_msg("%s", bad[i]);
        assert_non_null(strstr(fault.text, "网段"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ID4_a_64_of_ipv6_is_one_however_it_is_written),
        cmocka_unit_test(ID4_an_ipv4_address_is_one_alone_also_mapped),
        cmocka_unit_test(AC10_a_list_holds_its_networks_and_no_other_address),
        cmocka_unit_test(AC10_what_is_no_network_is_refused_by_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
