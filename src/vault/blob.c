/* Content-addressed files: written under root/tmp, hashed on the way, renamed to their digest.
 *
 * Invariant: a file under its digest is complete and was synced before it got that name. What it
 * holds may be secret (the pool of a sealed draw), so files are 0600 and folders 0700. */
#include "vault/blob.h"

#include "crypto/random.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MODE = 0600, FOLDER_MODE = 0700, READ_PIECE = 1 << 16 };

/* root/tmp/<random name> */
static enum err blob_temp_path(char out[FILE_PATH_MAX], const char *root)
{
    uint64_t name = 0;
    TRY(crypto_random(&name, sizeof name));
    int len = snprintf(out, FILE_PATH_MAX, "%s/tmp/%016llx", root, (unsigned long long)name);
    return len > 0 && len < FILE_PATH_MAX ? ERR_OK : ERR_LIMIT;
}

enum err vault_blob_begin(struct vault_blob *w, const char *root)
{
    char path[FILE_PATH_MAX];
    *w = (struct vault_blob){.out.fd = -1};
    int len = snprintf(w->root, sizeof w->root, "%s/tmp", root);
    if (len <= 0 || (size_t)len >= sizeof w->root)
        return ERR_LIMIT;
    TRY(file_mkdirs(w->root, FOLDER_MODE));
    w->root[strlen(root)] = '\0';
    TRY(blob_temp_path(path, root));
    crypto_sha256_init(&w->hash);
    return file_out_open(&w->out, path, FILE_MODE, true);
}

enum err vault_blob_add(struct vault_blob *w, struct str bytes)
{
    crypto_sha256_add(&w->hash, bytes);
    file_out_add(&w->out, bytes);
    return w->out.err;
}

void vault_blob_path(struct buf *out, const char *root, const uint8_t digest[CRYPTO_HASH])
{
    buf_cat(out, root);
    buf_char(out, '/');
    buf_hex(out, digest, 1);
    buf_char(out, '/');
    buf_hex(out, digest, CRYPTO_HASH);
}

/* Renames the synced temporary file to `path` and makes the new name durable. */
static enum err blob_place(const char *temp, struct buf *path)
{
    size_t folder_len = path->len - 2 * CRYPTO_HASH - 1;
    struct buf folder = {0};
    buf_add(&folder, path->data, folder_len);
    enum err err = file_mkdirs(buf_cstr(&folder), FOLDER_MODE);
    if (err == ERR_OK && rename(temp, buf_cstr(path)) != 0)
        err = err_errno(errno);
    if (err == ERR_OK)
        err = file_sync_dir(buf_cstr(&folder));
    if (err == ERR_OK)
        err = buf_err(&folder);
    buf_free(&folder);
    return err;
}

enum err vault_blob_commit(uint8_t digest[CRYPTO_HASH], struct vault_blob *w)
{
    char temp[FILE_PATH_MAX];
    struct buf path = {0};
    memcpy(temp, w->out.path, sizeof temp);
    crypto_sha256_final(digest, &w->hash);
    TRY(file_out_commit(&w->out));
    vault_blob_path(&path, w->root, digest);
    enum err err = buf_err(&path);
    if (err == ERR_OK)
        err = blob_place(temp, &path);
    if (err != ERR_OK)
        unlink(temp);
    buf_free(&path);
    return err;
}

void vault_blob_abort(struct vault_blob *w)
{
    file_out_abandon(&w->out);
}

enum err vault_blob_put(uint8_t digest[CRYPTO_HASH], const char *root, struct str bytes)
{
    struct vault_blob blob;
    TRY(vault_blob_begin(&blob, root));
    enum err err = vault_blob_add(&blob, bytes);
    if (err == ERR_OK)
        return vault_blob_commit(digest, &blob);
    vault_blob_abort(&blob);
    return err;
}

/* Hashes what is left in f. */
static enum err blob_hash(uint8_t out[CRYPTO_HASH], uint64_t *size, FILE *f)
{
    char piece[READ_PIECE];
    struct crypto_sha256 h;
    size_t got = 0;
    *size = 0;
    crypto_sha256_init(&h);
    while ((got = fread(piece, 1, sizeof piece, f)) > 0) {
        crypto_sha256_add(&h, str_range(piece, got));
        *size += got;
    }
    crypto_sha256_final(out, &h);
    return ferror(f) ? ERR_IO : ERR_OK;
}

static enum err blob_check_path(uint64_t *size, const char *path, const uint8_t digest[CRYPTO_HASH],
                                struct fault *fault)
{
    uint8_t hash[CRYPTO_HASH];
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return fault_set(fault, err_errno(errno), "存档文件打不开：%s", path);
    enum err err = blob_hash(hash, size, f);
    fclose(f);
    if (err != ERR_OK)
        return fault_set(fault, err, "存档文件读取失败：%s", path);
    if (!crypto_hash_eq(hash, digest))
        return fault_set(fault, ERR_DAMAGED,
                         "存档文件的内容与其摘要不符，已损坏或被改动，请从备份恢复：%s", path);
    return ERR_OK;
}

enum err vault_blob_check(uint64_t *size, const char *root, const uint8_t digest[CRYPTO_HASH],
                          struct fault *fault)
{
    uint64_t found = 0;
    struct buf path = {0};
    vault_blob_path(&path, root, digest);
    const char *name = buf_cstr(&path);
    enum err err = buf_err(&path);
    if (err == ERR_OK)
        err = blob_check_path(&found, name, digest, fault);
    if (err == ERR_OK && size != NULL)
        *size = found;
    buf_free(&path);
    return err;
}
