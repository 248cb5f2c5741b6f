/*
 * The rules of nacre-check: what each one forbids, why, and what cures it.
 */
#ifndef TOOLS_CHECK_RULES_H
#define TOOLS_CHECK_RULES_H

#include <stdbool.h>
#include <stdio.h>

enum rule_id {
    RULE_CALL_DARK,
    RULE_VENEER_DARK,
    RULE_COMPILER_CALL,
    RULE_SPLIT_PART,
    RULE_LOAD_DARK,
    RULE_POINTER_DARK,
    RULE_TABLE_DARK,
    RULE_DATA_POINTER_DARK,
    RULE_CALL_UNKNOWN,
    RULE_JUMP_UNKNOWN,
    RULE_VECTOR_DARK,
    RULE_ROOT_GONE,
    RULE_NOT_COPIED,
    RULE_BANK_SHARED,
    RULE_STACK_BOUND,
    RULE_RECURSION,
    RULE_LOOP_UNBOUNDED,
    RULE_UNDECODABLE,
    RULE_SVC_DARK,
    RULE_COUNT
};

struct rule {
    const char *id;    /* as in reports, waivers and --explain */
    const char *title; /* what is wrong, in one line */
    const char *why;
    const char *cure;
};

/* The text of a rule. */
const struct rule *rule_text(enum rule_id id);

/* Find a rule by its id; false where there is none of that name. */
bool rule_find(const char *name, enum rule_id *id);

/* Print one rule, as --explain does. */
void rule_explain(enum rule_id id, FILE *out);

/* Print the id and title of each rule, as --rules does. */
void rule_list(FILE *out);

#endif
