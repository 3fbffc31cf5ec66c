/* What a file is, by its content: see attachment.h. Structure is walked to the end, so that nothing
 * hangs behind a picture and no page hides in one. The insides of a PDF's compressed streams are
 * not looked into: it is never shown by us, only handed out as a download. */
#include "office/attachment.h"

#include "base/utf8.h"

#include <string.h>

enum { PNG_HEAD = 8, PNG_CHUNK = 12, PDF_TAIL = 1024 };

static bool has(struct str bytes, const char *needle)
{
    return str_find(bytes, str_of(needle)) >= 0;
}

static uint32_t big_endian(struct str bytes, size_t at)
{
    const unsigned char *b = (const unsigned char *)bytes.data + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Chunks up to IEND, which is the last byte of the file. */
static bool png_whole(struct str bytes)
{
    size_t at = PNG_HEAD;
    while (at + PNG_CHUNK <= bytes.len) {
        uint32_t size = big_endian(bytes, at);
        bool end = str_eq(str_sub(bytes, at + 4, 4), STR("IEND"));
        if (size > bytes.len - at - PNG_CHUNK)
            return false;
        at += PNG_CHUNK + size;
        if (end)
            return at == bytes.len && size == 0;
    }
    return false;
}

/* Segments up to the picture's data; the file ends with its end mark. */
static bool jpeg_whole(struct str bytes)
{
    size_t at = 2;
    if (bytes.len < 8 || !str_ends(bytes, STR("\xFF\xD9")))
        return false;
    while (at + 4 <= bytes.len) {
        unsigned char mark = (unsigned char)bytes.data[at + 1];
        size_t size = (size_t)(big_endian(bytes, at) & 0xFFFF);
        if ((unsigned char)bytes.data[at] != 0xFF || size < 2 || mark == 0xD9)
            return false;
        if (mark == 0xDA)
            return at + 2 + size < bytes.len;
        at += 2 + size;
    }
    return false;
}

static bool pdf_whole(struct str bytes)
{
    size_t tail = bytes.len > PDF_TAIL ? bytes.len - PDF_TAIL : 0;
    struct str end = str_sub(bytes, tail, SIZE_MAX);
    return has(end, "%%EOF") && has(end, "startxref");
}

static enum err kind_refuse(struct fault *fault, const char *words)
{
    return fault_at(fault, "file", ERR_UNSUPPORTED, "%s", words);
}

/* Does the name say the same as the content? */
static bool kind_named(struct str name, const char *kind)
{
    static const char *const endings[][2] = {
        {"pdf", ".pdf"}, {"xlsx", ".xlsx"}, {"png", ".png"}, {"jpeg", ".jpeg"}, {"jpeg", ".jpg"}};
    char lower[8] = "";
    size_t dot = name.len;
    while (dot > 0 && name.data[dot - 1] != '.')
        dot--;
    struct str ending = dot > 0 ? str_sub(name, dot - 1, SIZE_MAX) : STR("");
    for (size_t i = 0; i < ending.len && i + 1 < sizeof lower; i++)
        lower[i] = (char)(ending.data[i] >= 'A' && ending.data[i] <= 'Z' ? ending.data[i] + 32
                                                                         : ending.data[i]);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(endings[i][0], kind) == 0 && strcmp(endings[i][1], lower) == 0 &&
            ending.len == strlen(lower))
            return true;
    return false;
}

enum err office_attachment_kind(const char **kind, struct str bytes, struct str name,
                                struct fault *fault)
{
    bool whole = false;
    *kind = NULL;
    if (str_starts(bytes, STR("%PDF-"))) {
        *kind = "pdf";
        whole = pdf_whole(bytes);
        if (has(bytes, "/JavaScript") || has(bytes, "/Launch") || has(bytes, "/EmbeddedFile"))
            return kind_refuse(fault, "PDF 里含有脚本、启动程序的动作或嵌入的文件，没有上传");
    } else if (str_starts(bytes, STR("\x89PNG\r\n\x1A\n"))) {
        *kind = "png";
        whole = png_whole(bytes);
    } else if (str_starts(bytes, STR("\xFF\xD8\xFF"))) {
        *kind = "jpeg";
        whole = jpeg_whole(bytes);
    } else if (str_starts(bytes, STR("PK\x03\x04")) && has(bytes, "xl/workbook.xml")) {
        *kind = "xlsx";
        whole = true; /* the caller reads it as a table */
        if (has(bytes, "vbaProject.bin"))
            return kind_refuse(fault, "工作簿里含有宏，没有上传；请另存为不含宏的 .xlsx");
    }
    if (*kind == NULL)
        return kind_refuse(fault, "只能上传 PDF、.xlsx、PNG、JPEG 文件（按内容判断），没有上传");
    if (!whole)
        return kind_refuse(fault, "文件不完整，或后面附有别的内容，没有上传");
    if (!kind_named(name, *kind))
        return kind_refuse(fault, "文件名的扩展名与内容不符，没有上传；请改正扩展名");
    return ERR_OK;
}

const char *office_attachment_type(struct str kind)
{
    return str_eq(kind, STR("pdf"))   ? "application/pdf"
           : str_eq(kind, STR("png")) ? "image/png"
           : str_eq(kind, STR("jpeg"))
               ? "image/jpeg"
               : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}
