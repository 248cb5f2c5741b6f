/*
 * The log of log_client.h. An entry is one granule of 16 bytes: sequence and number, and both again
 * with all bits turned.
 */
#include "tests/rest_fw/log_client.h"

#include <stdbool.h>

#define ENTRY_WORDS 4u
#define ENTRY_BYTES 16u
#define BLANK 0xFFFFFFFFu
#define TRIES 3u

static bool is_entry(const uint32_t *words)
{
    return words[0] == ~words[2] && words[1] == ~words[3] && words[0] != 0;
}

static bool is_blank(const uint32_t *words)
{
    return words[0] == BLANK && words[1] == BLANK && words[2] == BLANK && words[3] == BLANK;
}

/* The newest entry of all goes to log; behind what is not blank comes the next. */
static int scan_block(struct log_client *log, uint32_t block)
{
    uint32_t end = 0;
    bool is_newest = false;

    for (uint32_t off = 0; off < log->cfg->block_size; off += ENTRY_BYTES) {
        uint32_t words[ENTRY_WORDS];
        const int err = log->cfg->read(log->cfg, block, off, words, ENTRY_BYTES);
        if (err != 0) return err;
        if (is_blank(words)) continue;
        end = off + ENTRY_BYTES;
        if (!is_entry(words) || words[0] <= log->sequence) continue;
        log->sequence = words[0];
        log->number = words[1];
        is_newest = true;
    }
    if (is_newest) {
        log->block = block;
        log->off = end;
    }
    return 0;
}

int log_client_open(struct log_client *log, const struct lfs_config *cfg)
{
    *log = (struct log_client){.cfg = cfg, .block = cfg->block_count - 1u, .off = cfg->block_size};
    for (uint32_t block = 0; block < cfg->block_count; block++) {
        const int err = scan_block(log, block);
        if (err != 0) return err;
    }
    return 0;
}

static int make_room(struct log_client *log)
{
    if (log->off < log->cfg->block_size) return 0;
    const uint32_t next = (log->block + 1u) % log->cfg->block_count;
    const int err = log->cfg->erase(log->cfg, next);
    if (err != 0) return err;
    log->block = next;
    log->off = 0;
    return 0;
}

int log_client_append(struct log_client *log, uint32_t number)
{
    const uint32_t sequence = log->sequence + 1u;
    const uint32_t words[ENTRY_WORDS] = {sequence, number, ~sequence, ~number};
    int err = 0;

    for (uint32_t i = 0; i < TRIES; i++) {
        err = make_room(log);
        if (err == 0) err = log->cfg->prog(log->cfg, log->block, log->off, words, ENTRY_BYTES);
        log->off += ENTRY_BYTES; /* never the same granule again */
        if (err == 0) err = log->cfg->sync(log->cfg);
        if (err != LFS_ERR_CORRUPT) break;
    }
    if (err != 0) return err;
    log->sequence = sequence;
    log->number = number;
    return 0;
}
