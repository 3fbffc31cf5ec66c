/* Instants (int64_t, UTC microseconds since 1970) and dates (int32_t, days since 1970-01-01,
 * proleptic Gregorian, years 1-9999).
 *
 * The date of an instant is the date in China, UTC+8 the whole year (REQUIREMENTS.md B7). It is
 * computed with a fixed offset and not with tzdata: China has kept one offset since 1991, deadlines
 * must not change with the machine's TZ or its zone files, and tzdata's summer time of 1986-1991
 * and its local mean time of before 1901 concern no date that an inspection can have. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define TIME_SECOND INT64_C(1000000)
#define TIME_DAY (86400 * TIME_SECOND)

/* The system clock (CLOCK_REALTIME), UTC microseconds. */
int64_t time_now(void);
/* Appends 2026-03-02T01:00:00Z: UTC, cut (not rounded) to the second. us within years 1-9999, else
 * out is marked failed. */
void time_format(struct buf *out, int64_t us);
/* Exactly the form time_format writes; anything else, also a leap second, is ERR_INPUT. */
MUST enum err time_parse(int64_t *us, struct str s);

/* ERR_RANGE unless y-m-d exists. */
MUST enum err date_make(int32_t *day, int y, int m, int d);
void date_split(int *y, int *m, int *d, int32_t day);
/* Strict YYYY-MM-DD. ERR_INPUT. */
MUST enum err date_parse(int32_t *day, struct str s);
/* Tolerant, for imports (R26): 2016-1-5, 2016/01/05, 2016.1.5, 20160105, 2016年1月5日 (号), each
 * also with full-width digits and with a time of day behind it, which is dropped; five-digit Excel
 * serial numbers (42374, 42374.0, 42374.5). Refused (ERR_INPUT) because they could mean two dates:
 * two-digit years, day or month first (05/01/2016), mixed separators, a time with a zone. */
MUST enum err date_read(int32_t *day, struct str s);
/* An Excel day number (1900 system, with its invented 1900-02-29: 60 is refused). ERR_RANGE outside
 * 1..2958465. */
MUST enum err date_of_serial(int32_t *day, int64_t serial);
/* The ten characters of a day, with no NUL behind them; as date_format appends them. */
enum { DATE_TEXT_LEN = 10 };
void date_chars(char out[DATE_TEXT_LEN], int32_t day);
/* Appends YYYY-MM-DD. */
void date_format(struct buf *out, int32_t day);

/* The date in Asia/Shanghai at the instant us. */
int32_t date_of_time(int64_t us);
/* The instant at which day begins in Asia/Shanghai. */
int64_t time_of_date(int32_t day);
int date_year(int32_t day);
/* 0 Monday ... 6 Sunday. */
int date_weekday(int32_t day);

#endif
