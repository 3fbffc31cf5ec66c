/* What the sheet targets share: bytes as a file without a disk, and the properties that any rows
 * read from any file must have. */
#ifndef FUZZ_SHEET_H
#define FUZZ_SHEET_H

#include "base/utf8.h"
#include "sheet/reader.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Small limits, so that the interesting cases are near. */
static const struct sheet_limits fuzz_limits = {.file_bytes = 1 << 20,
                                                .inflated_bytes = 1 << 20,
                                                .rows = 5000,
                                                .columns = 40,
                                                .cell_bytes = 500};

/* Puts bytes into memory that has a path; -1 if the system gives none. */
static int fuzz_file(char path[32], struct str bytes)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len)
        return -1;
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

/* What was read, for comparing two ways of reading: err and a digest (FNV-1a) of all rows. */
struct fuzz_seen {
    enum err err;
    uint64_t digest;
};

static void fuzz_digest(struct fuzz_seen *seen, const struct sheet_row *row)
{
    uint64_t sum = (seen->digest ^ row->number) * UINT64_C(0x100000001B3);
    for (size_t i = 0; i < row->count; i++) {
        const struct sheet_cell *cell = &row->cells[i];
        sum = (sum ^ (uint64_t)cell->kind ^ cell->merged << 8) * UINT64_C(0x100000001B3);
        for (size_t k = 0; k < cell->text.len; k++)
            sum = (sum ^ (uint8_t)cell->text.data[k]) * UINT64_C(0x100000001B3);
    }
    seen->digest = sum;
}

static void fuzz_row(const struct sheet_row *row, uint64_t last)
{
    bool own = false;
    if (row->number <= last || row->count == 0 || row->count > fuzz_limits.columns)
        __builtin_trap();
    for (size_t i = 0; i < row->count; i++) {
        const struct sheet_cell *cell = &row->cells[i];
        own |= cell->text.len > 0 && !cell->merged;
        if (cell->text.len > fuzz_limits.cell_bytes || !utf8_valid(cell->text) ||
            (cell->kind == SHEET_EMPTY) != (cell->text.len == 0))
            __builtin_trap();
    }
    if (!own || row->cells[row->count - 1].text.len == 0)
        __builtin_trap();
}

/* Reads every tab; *kind is set when the file opened, seen (may be NULL) gets the digest. A refusal
 * must come with words. */
static enum err fuzz_read(enum sheet_kind *kind, struct fuzz_seen *seen, struct str bytes)
{
    char path[32];
    struct sheet *sheet = NULL;
    struct sheet_row row;
    struct fault fault = {0};
    int fd = fuzz_file(path, bytes);
    enum err err = fd < 0 ? ERR_MEMORY : sheet_open(&sheet, path, &fuzz_limits, &fault);
    *kind = err == ERR_OK ? sheet_kind(sheet) : SHEET_KIND_TEXT;
    for (size_t i = 0; err == ERR_OK && i < sheet_count(sheet); i++) {
        uint64_t last = 0;
        err = sheet_select(sheet, i, &fault);
        while (err == ERR_OK && (err = sheet_next(&row, sheet, &fault)) == ERR_OK) {
            fuzz_row(&row, last);
            if (seen)
                fuzz_digest(seen, &row);
            last = row.number;
        }
        err = err == ERR_END ? ERR_OK : err;
    }
    if (err != ERR_OK && err != ERR_MEMORY && fault.text[0] == '\0')
        __builtin_trap();
    sheet_close(sheet);
    close(fd);
    return err;
}

#endif
