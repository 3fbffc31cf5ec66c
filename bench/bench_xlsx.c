/* Reading an .xlsx of 100,000 rows by 12 columns against the least anyone must do: inflate it.
 * Twice: with inline strings, as libxlsxwriter's constant-memory mode writes, and with shared
 * strings, as Excel does. Processor time, best of five each: both run in one thread, and the file,
 * made here, lies in the page cache. */
#include "base/buf.h"
#include "base/utf8.h"
#include "sheet/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

enum { ROWS = 100000, COLUMNS = 12, ROUNDS = 5 };

/* Processor seconds of this process. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The next of a row of numbers that no compressor foresees (splitmix64). */
static uint64_t scramble(uint64_t *seed)
{
    uint64_t x = *seed += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* Appends `count` ideographs out of a few hundred, as names and addresses use them. */
static void add_ideographs(struct buf *out, uint64_t *seed, unsigned count)
{
    for (; count > 0; count--)
        utf8_add(out, 0x4E00 + (uint32_t)(scramble(seed) % 400) * 31);
}

/* One cell of a registry: codes and names hardly repeat, kinds and dates do. */
static const char *fill(struct buf *out, uint64_t *seed, unsigned column)
{
    static const char *const kinds[] = {"有限责任公司(自然人独资)", "个体工商户", "农民专业合作社"};
    uint64_t any = scramble(seed);
    buf_clear(out);
    switch (column % 6) {
    case 0:
        buf_printf(out, "91410882%010llu", (unsigned long long)(any % UINT64_C(10000000000)));
        break;
    case 1:
        add_ideographs(out, seed, 6 + (unsigned)(any % 8));
        buf_cat(out, "有限公司");
        break;
    case 2:
        buf_cat(out, kinds[any % 3]);
        break;
    case 3:
        buf_printf(out, "20%02u-%02u-%02u", (unsigned)(any % 24), (unsigned)(any >> 8) % 12 + 1,
                   (unsigned)(any >> 16) % 28 + 1);
        break;
    case 4:
        buf_cat(out, "河南省焦作市沁阳市");
        add_ideographs(out, seed, 5);
        buf_printf(out, "%u号", (unsigned)(any % 500));
        break;
    default:
        add_ideographs(out, seed, 20);
        break;
    }
    return buf_cstr(out);
}

static bool make_file(const char *path, bool inlined)
{
    lxw_workbook_options options = {.constant_memory = inlined};
    lxw_workbook *book = workbook_new_opt(path, &options);
    lxw_worksheet *page = workbook_add_worksheet(book, NULL);
    struct buf text = {0};
    uint64_t seed = 1;
    for (unsigned row = 0; row < ROWS; row++) {
        for (unsigned column = 0; column + 1 < COLUMNS; column++)
            worksheet_write_string(page, row, (lxw_col_t)column, fill(&text, &seed, column), NULL);
        worksheet_write_number(page, row, COLUMNS - 1, row * 1.5, NULL);
    }
    buf_free(&text);
    return workbook_close(book) == LXW_NO_ERROR;
}

/* Seconds to inflate every entry, by libzip alone. */
static double inflate_all(const char *path, uint64_t *bytes)
{
    static char data[1 << 16];
    double start = now();
    zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
    *bytes = 0;
    for (zip_int64_t i = 0; zip && i < zip_get_num_entries(zip, 0); i++) {
        zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        zip_int64_t got;
        while (file && (got = zip_fread(file, data, sizeof data)) > 0)
            *bytes += (uint64_t)got;
        if (file)
            zip_fclose(file);
    }
    if (zip)
        zip_discard(zip);
    return now() - start;
}

/* Seconds to read every cell through the sheet room. */
static double read_all(const char *path, uint64_t *cells)
{
    struct sheet *sheet;
    struct sheet_row row;
    struct fault fault = {0};
    double start = now();
    *cells = 0;
    if (sheet_open(&sheet, path, NULL, &fault) != ERR_OK) {
        printf("# %s\n", fault.text);
        return -1;
    }
    while (sheet_next(&row, sheet, &fault) == ERR_OK)
        for (size_t i = 0; i < row.count; i++)
            *cells += row.cells[i].text.len > 0;
    sheet_close(sheet);
    return now() - start;
}

static int measure(const char *name, const char *path, bool inlined)
{
    double inflate = 1e9, read = 1e9;
    uint64_t bytes = 0, cells = 0;
    if (!make_file(path, inlined))
        return 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double a = inflate_all(path, &bytes), b = read_all(path, &cells);
        inflate = a < inflate ? a : inflate;
        read = b < read ? b : read;
    }
    if (cells != (uint64_t)ROWS * COLUMNS)
        return 1;
    printf("# %s: %.1f MB inflated, %llu cells\n", name, (double)bytes / 1e6,
           (unsigned long long)cells);
    printf("%s_inflate %.3f s 1 -\n", name, inflate);
    printf("%s_read %.3f s %.2f <=3\n", name, read, read / inflate);
    return 0;
}

int main(void)
{
    char path[] = "/tmp/bench-xlsx-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = measure("xlsx_inline", path, true) + measure("xlsx_shared", path, false);
    unlink(path);
    return failed;
}
