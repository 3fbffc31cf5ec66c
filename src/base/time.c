/* Instants and dates: see time.h. Calendar arithmetic is on days counted from 0000-03-01, where a
 * leap day is the last day of its year; timegm and strptime were looked at and do less: they take
 * 31 February for 3 March, and strptime follows the locale. */
#include "base/time.h"

#include <string.h>
#include <time.h>

enum {
    TIME_EPOCH = 719468, /* days from 0000-03-01 to 1970-01-01 */
    TIME_ERA = 146097,   /* days in 400 years */
    TIME_TEXT_LEN = 20,
    DATE_FIRST = -719162, /* 0001-01-01 */
    DATE_LAST = 2932896,  /* 9999-12-31 */
    DATE_INPUT_MAX = 64
};

static const int64_t TIME_CHINA = 8 * 3600 * TIME_SECOND;

int64_t time_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * TIME_SECOND + now.tv_nsec / 1000;
}

/* Division rounding down, also below zero. */
static int64_t time_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Gregorian, also before 1582. */
static bool date_leap(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Of month 1-12. */
static int date_month_days(int y, int m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return m == 2 && date_leap(y) ? 29 : days[m - 1];
}

enum err date_make(int32_t *day, int y, int m, int d)
{
    if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > date_month_days(y, m))
        return ERR_RANGE;
    int year = m <= 2 ? y - 1 : y;
    int month = m <= 2 ? m + 9 : m - 3; /* 0 March ... 11 February */
    int in_year = (153 * month + 2) / 5 + d - 1;
    *day = year * 365 + year / 4 - year / 100 + year / 400 + in_year - TIME_EPOCH;
    return ERR_OK;
}

void date_split(int *y, int *m, int *d, int32_t day)
{
    int64_t since = (int64_t)day + TIME_EPOCH;
    int64_t era = time_floor(since, TIME_ERA);
    int in_era = (int)(since - era * TIME_ERA);
    int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int in_year = in_era - (365 * year + year / 4 - year / 100);
    int month = (5 * in_year + 2) / 153;
    *d = in_year - (153 * month + 2) / 5 + 1;
    *m = month < 10 ? month + 3 : month - 9;
    *y = (int)(era * 400) + year + (*m <= 2);
}

/* len digits at s.data + from, or -1. */
static int time_digits(struct str s, size_t from, size_t len)
{
    int value = 0;
    if (from + len > s.len)
        return -1;
    for (size_t i = from; i < from + len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return -1;
        value = value * 10 + (s.data[i] - '0');
    }
    return value;
}

enum err date_parse(int32_t *day, struct str s)
{
    if (s.len != DATE_TEXT_LEN || s.data[4] != '-' || s.data[7] != '-')
        return ERR_INPUT;
    enum err err = date_make(day, time_digits(s, 0, 4), time_digits(s, 5, 2), time_digits(s, 8, 2));
    return err == ERR_OK ? ERR_OK : ERR_INPUT;
}

/* Two digits; printf would take most of the time of a page full of dates. */
static void time_two(char *at, int value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
}

void date_chars(char out[DATE_TEXT_LEN], int32_t day)
{
    int y = 0;
    int m = 0;
    int d = 0;
    date_split(&y, &m, &d, day);
    time_two(out, y / 100);
    time_two(out + 2, y % 100);
    out[4] = '-';
    time_two(out + 5, m);
    out[7] = '-';
    time_two(out + 8, d);
}

void date_format(struct buf *out, int32_t day)
{
    char text[DATE_TEXT_LEN];
    date_chars(text, day);
    buf_add(out, text, sizeof text);
}

void time_format(struct buf *out, int64_t us)
{
    char text[TIME_TEXT_LEN];
    int64_t day = time_floor(us, TIME_DAY);
    int second = (int)((us - day * TIME_DAY) / TIME_SECOND);
    if (day < DATE_FIRST || day > DATE_LAST) {
        out->failed = true;
        return;
    }
    date_chars(text, (int32_t)day);
    text[10] = 'T';
    time_two(text + 11, second / 3600);
    text[13] = ':';
    time_two(text + 14, second / 60 % 60);
    text[16] = ':';
    time_two(text + 17, second % 60);
    text[19] = 'Z';
    buf_add(out, text, sizeof text);
}

enum err time_parse(int64_t *us, struct str s)
{
    int32_t day = 0;
    if (s.len != TIME_TEXT_LEN || s.data[10] != 'T' || s.data[13] != ':' || s.data[16] != ':' ||
        s.data[19] != 'Z')
        return ERR_INPUT;
    TRY(date_parse(&day, str_sub(s, 0, DATE_TEXT_LEN)));
    int hour = time_digits(s, 11, 2);
    int minute = time_digits(s, 14, 2);
    int second = time_digits(s, 17, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return ERR_INPUT;
    *us = day * TIME_DAY + (hour * 3600 + minute * 60 + second) * TIME_SECOND;
    return ERR_OK;
}

int32_t date_of_time(int64_t us)
{
    return (int32_t)time_floor(us + TIME_CHINA, TIME_DAY);
}

int64_t time_of_date(int32_t day)
{
    return day * TIME_DAY - TIME_CHINA;
}

int date_year(int32_t day)
{
    int y = 0;
    int m = 0;
    int d = 0;
    date_split(&y, &m, &d, day);
    return y;
}

int date_weekday(int32_t day)
{
    int64_t since = (int64_t)day + 3; /* 1970-01-01 was a Thursday */
    return (int)(since - time_floor(since, 7) * 7);
}

enum err date_of_serial(int32_t *day, int64_t serial)
{
    if (serial < 1 || serial == 60 || serial > 2958465)
        return ERR_RANGE;
    *day = (int32_t)(serial - (serial < 60 ? 25568 : 25569));
    return ERR_OK;
}

/* Replaces full-width digits, letters and signs by ASCII; 0 when the result does not fit. */
static size_t date_narrow(char out[DATE_INPUT_MAX], struct str s)
{
    size_t len = 0;
    if (s.len > DATE_INPUT_MAX)
        return 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char *at = (const unsigned char *)s.data + i;
        bool wide = s.len - i >= 3 && at[0] == 0xEF && at[1] == 0xBC && at[2] >= 0x81 &&
                    at[2] <= 0xBF; /* U+FF01..FF3F */
        out[len++] = wide ? (char)(at[2] - 0x60) : s.data[i];
        i += wide ? 2 : 0;
    }
    return len;
}

/* Takes 1 or 2 digits off *rest, or -1. */
static int date_take(struct str *rest)
{
    size_t len = time_digits(*rest, 0, 2) >= 0 ? 2 : 1;
    int value = time_digits(*rest, 0, len);
    *rest = str_sub(*rest, len, rest->len);
    return value;
}

/* Takes sign off the front of *rest if it stands there; the empty sign always does. */
static bool date_skip(struct str *rest, struct str sign)
{
    if (!str_starts(*rest, sign))
        return false;
    *rest = str_range(rest->data + sign.len, rest->len - sign.len);
    return true;
}

/* At least one digit and nothing else. */
static bool date_all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.len > 0;
}

/* What may stand behind a date: nothing, or a blank or T and H:MM[:SS[.fraction]]. */
static bool date_tail(struct str rest)
{
    if (rest.len == 0)
        return true;
    if (!date_skip(&rest, STR(" ")) && !date_skip(&rest, STR("T")))
        return false;
    rest = str_trim(rest);
    int hour = date_take(&rest);
    if (hour < 0 || hour > 23 || !date_skip(&rest, STR(":")))
        return false;
    int minute = time_digits(rest, 0, 2);
    rest = str_sub(rest, 2, rest.len);
    int second = 0;
    if (date_skip(&rest, STR(":"))) {
        second = time_digits(rest, 0, 2);
        rest = str_sub(rest, 2, rest.len);
    }
    if (minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    if (date_skip(&rest, STR(".")))
        return date_all_digits(rest);
    return rest.len == 0;
}

/* 42374, 42374.0, 42374.5: five digits, so that a year alone or a month never passes for one. */
static enum err date_read_serial(int32_t *day, struct str s)
{
    int serial = time_digits(s, 0, 5);
    struct str rest = str_sub(s, 5, s.len);
    if (serial < 10000 || (rest.len > 0 && !date_skip(&rest, STR("."))))
        return ERR_INPUT;
    if (s.len > 5 && !date_all_digits(rest))
        return ERR_INPUT;
    return date_of_serial(day, serial);
}

/* Year, month and day with one kind of sign between them, or 年 月 日. */
static enum err date_read_parts(int32_t *day, struct str s)
{
    static const char *const signs[][3] = {
        {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}, {"年", "月", "号"}};
    int y = time_digits(s, 0, 4);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        struct str rest = str_sub(s, 4, s.len);
        if (!date_skip(&rest, str_of(signs[i][0])))
            continue;
        int m = date_take(&rest);
        if (!date_skip(&rest, str_of(signs[i][1])))
            continue;
        int d = date_take(&rest);
        if (date_skip(&rest, str_of(signs[i][2])) && date_tail(rest) &&
            date_make(day, y, m, d) == ERR_OK)
            return ERR_OK;
    }
    return ERR_INPUT;
}

enum err date_read(int32_t *day, struct str s)
{
    char text[DATE_INPUT_MAX];
    struct str in = str_trim(s);
    in = str_range(text, date_narrow(text, in));
    int all = time_digits(in, 0, 8);
    if (all >= 0 && date_tail(str_sub(in, 8, in.len)))
        return date_make(day, all / 10000, all / 100 % 100, all % 100) == ERR_OK ? ERR_OK
                                                                                 : ERR_INPUT;
    if (time_digits(in, 0, 5) >= 0)
        return date_read_serial(day, in);
    return date_read_parts(day, in);
}
