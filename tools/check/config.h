/*
 * What a project says of its firmware in the small file beside it, and what the command line adds.
 */
#ifndef TOOLS_CHECK_CONFIG_H
#define TOOLS_CHECK_CONFIG_H

#include "tools/check/image.h"
#include "tools/check/rules.h"

#include <stdbool.h>
#include <stdint.h>

struct config_range {
    enum image_place place;
    struct image_range range;
};

struct config_waiver {
    enum rule_id rule;
    char *symbol, *target; /* target NULL: any */
    char *reason;
    const char *path;
    uint32_t line;
    bool is_used;
};

struct config_calls {
    char *symbol;
    char **targets;
    uint32_t target_count;
    const char *path;
    uint32_t line;
    bool is_used;
};

/* The linker's symbols of one copy that start-up makes. */
struct config_copy {
    char *load, *start, *end;
};

struct config_bank {
    uint32_t number;
    struct image_range range;
};

struct config_loop {
    char *symbol;
    const char *path;
    uint32_t bound, line;
    bool is_used;
};

struct config {
    const char *path; /* of the file read last, NULL without one */
    char **roots;
    uint32_t root_count;
    struct config_range *ranges;
    uint32_t range_count;
    struct config_waiver *waivers;
    uint32_t waiver_count;
    struct config_calls *calls;
    uint32_t calls_count;
    uint32_t *live; /* exception numbers */
    uint32_t live_count;
    char *vectors; /* NULL: not named */
    struct config_copy *copies;
    uint32_t copy_count;
    struct config_bank *banks;
    uint32_t bank_count;
    struct config_loop *loops;
    uint32_t loop_count;
    struct image_range settings;
    bool has_settings;
    uint32_t stack_bytes_max;
    bool has_stack;
    bool is_strict;
};

#define CONFIG_WHY_BYTES 256

/*
 * Read the file beside the firmware and add what it says.
 *
 * path     kept; it lives as long as the config
 * why      CONFIG_WHY_BYTES; on failure the line and what is wrong with it
 * Returns  false where it cannot be read, or one of its lines says nothing known
 */
bool config_read(struct config *config, const char *path, char *why);

/* Add one line of it; as config_read, but for the number of the line. */
bool config_line(struct config *config, char *line, uint32_t number, char *why);

/* Read FIRST-LAST or FIRST+BYTES, numbers as C has them; false for anything else. */
bool config_range_read(const char *text, struct image_range *range);

/* Add a root, a copy of whose name is kept. */
void config_add_root(struct config *config, const char *name);

/* Add a range that is dark or lit. */
void config_add_range(struct config *config, enum image_place place, struct image_range range);

/*
 * Find what a line says of nothing in this image.
 *
 * why      CONFIG_WHY_BYTES; written when the answer is true
 * Returns  whether a waiver, a loop or a calls line has not been used: it is stale
 */
bool config_is_stale(const struct config *config, char *why);

/* Give back what was read. */
void config_free(struct config *config);

#endif
