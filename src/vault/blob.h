/* Content-addressed files, <root>/ab/<sha256 in hex>: frozen pools, bundles, evidence. A blob is
 * either whole and durable under its digest or not there at all. */
#ifndef VAULT_BLOB_H
#define VAULT_BLOB_H

#include "base/buf.h"
#include "base/file.h"
#include "crypto/hash.h"

/* A blob being written into a temporary file under root/tmp. Members are private. */
struct vault_blob {
    struct crypto_sha256 hash;
    struct file_out out;
    char root[FILE_PATH_MAX];
};

/* Starts a blob under root (<data>/blobs), which is made if it is missing. ERR_FULL, ERR_READONLY,
 * ERR_IO, ERR_CRYPTO. After success it must end in commit or abort. */
MUST enum err vault_blob_begin(struct vault_blob *w, const char *root);
/* Adds bytes. ERR_FULL, ERR_IO: the blob can then only be aborted. */
MUST enum err vault_blob_add(struct vault_blob *w, struct str bytes);
/* Makes it durable under its digest: file synced, renamed, folders synced. The same content again
 * is no error. ERR_SYNC: the disk did not confirm. Releases w in every case. */
MUST enum err vault_blob_commit(uint8_t digest[CRYPTO_HASH], struct vault_blob *w);
/* All of that for bytes in memory: a blob of them under root. Errors as above; nothing is left
 * behind by one. */
MUST enum err vault_blob_put(uint8_t digest[CRYPTO_HASH], const char *root, struct str bytes);
/* Removes the temporary file. Harmless after a failed begin and after commit. */
void vault_blob_abort(struct vault_blob *w);

/* Appends the path of a blob. */
void vault_blob_path(struct buf *out, const char *root, const uint8_t digest[CRYPTO_HASH]);
/* Reads the blob and hashes it again. ERR_MISSING, ERR_DAMAGED with its path in fault, ERR_IO. size
 * may be NULL. */
MUST enum err vault_blob_check(uint64_t *size, const char *root, const uint8_t digest[CRYPTO_HASH],
                               struct fault *fault);

#endif
