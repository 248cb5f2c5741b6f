/*
 * What the brightness may be, judged from what was typed and what was answered (by the console, and
 * by the return of the call that saves), and from nothing else: the store is never asked.
 *
 * Invariants
 * 1. settled is what every boot must find while nothing is pending.
 * 2. While a change is pending (typed, not answered) a boot may find either value; what it finds
 *    is settled from then on: one boot's answer binds all later ones.
 */
#ifndef TOOLS_DEMO_ORACLE_H
#define TOOLS_DEMO_ORACLE_H

#include <stdbool.h>

#define ORACLE_DEFAULT 50u
#define ORACLE_ALLOWED_MAX 2

struct oracle {
    unsigned settled;
    unsigned wanted;
    bool is_pending;
};

/* A board that was never used: the default. */
void oracle_init(struct oracle *oracle);

/* The user typed something that would make it value. */
void oracle_typed(struct oracle *oracle, unsigned value);

/* The board said that the change is saved: only the new value from here on. */
void oracle_saved(struct oracle *oracle);

/* The board said that it was not: only the old value from here on. */
void oracle_refused(struct oracle *oracle);

/* The values that may be found, the old one first; returns how many, 1 or 2. */
unsigned oracle_allowed(const struct oracle *oracle, unsigned allowed[ORACLE_ALLOWED_MAX]);

/* A boot found value; true if it was allowed. It is settled either way. */
bool oracle_found(struct oracle *oracle, unsigned value);

#endif
