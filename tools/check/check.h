/*
 * One run of the checker: the functions that the blackout reaches, and what was found in them.
 *
 * Each part (closure, vectors, copied, banks, stack) adds to the same lists; the report reads them.
 */
#ifndef TOOLS_CHECK_CHECK_H
#define TOOLS_CHECK_CHECK_H

#include "tools/check/config.h"
#include "tools/check/flow.h"
#include "tools/check/image.h"
#include "tools/check/rules.h"

#include <stdbool.h>
#include <stdint.h>

enum check_verdict { CHECK_PROVED, CHECK_REFUTED, CHECK_UNDECIDED };

#define CHECK_NO_FUNCTION 0xFFFFFFFFu

/* A function that is reached. */
struct check_function {
    uint32_t entry;
    const char *name;   /* of its symbol */
    const char *root;   /* for a root: what named it; NULL for what is called */
    uint32_t caller;    /* the function that reached it first; CHECK_NO_FUNCTION for a root */
    uint32_t called_at; /* the instruction there */
    bool is_handler;    /* entered by an exception, with a frame on the stack */
    struct flow_result result;
};

/* One call from function to function, by index. */
struct check_call {
    uint32_t from, to;
    uint32_t at;    /* the instruction */
    uint32_t stack; /* bytes of the caller's own in use there */
};

struct check_finding {
    enum rule_id rule;
    enum check_verdict verdict;
    uint32_t function; /* where; CHECK_NO_FUNCTION where it is about the image */
    uint32_t addr;     /* of the instruction, or of what it is about */
    uint32_t target;
    bool has_target;
    char *text;
    const char *waived; /* the reason; NULL where it counts */
};

struct check_loop {
    uint32_t function;
    uint32_t addr;
    uint32_t bound; /* as named in the file; 0 where nothing bounds it */
    bool is_bounded;
};

struct check {
    const struct image *image;
    struct config *config;
    struct check_function *functions;
    uint32_t function_count;
    struct check_call *calls;
    uint32_t call_count;
    struct check_finding *findings;
    uint32_t finding_count;
    struct check_loop *loops;
    uint32_t loop_count;
    uint32_t instruction_count;
    uint32_t stack_bytes;
    bool stack_known;
};

/* What a finding is about. */
struct check_place {
    uint32_t function; /* or CHECK_NO_FUNCTION */
    uint32_t addr;
    uint32_t target;
    bool has_target;
};

/*
 * Add a finding; one that is there already at the same place is not added again. A waiver that
 * fits takes it out of the verdict.
 *
 * format   printf's; the text says what is there, not what to do
 */
__attribute__((format(printf, 5, 6)))
void check_add(struct check *check, enum rule_id rule, enum check_verdict verdict,
               const struct check_place *place, const char *format, ...);

/*
 * Add a function that is reached; one that is there is not added again.
 *
 * entry    with or without the Thumb bit
 * caller   CHECK_NO_FUNCTION for a root, which then has a name in root
 * Returns  its index
 */
uint32_t check_reach(struct check *check, uint32_t entry, uint32_t caller, uint32_t called_at,
                     const char *root);

/* The verdict over all findings that are not waived: refuted before undecided before proved. */
enum check_verdict check_verdict_of(const struct check *check);

/* The name of what lies at an address, "" where the file has none. */
const char *check_name_at(const struct check *check, uint32_t addr);

/* Give back the lists; what they were made from stays. */
void check_free(struct check *check);

#endif
