/*
 * The parts on the serial buses, for the command line: which, where their bytes are kept, what goes
 * wrong with them, what they report.
 */
#ifndef TWIN_MAIN_PARTS_H
#define TWIN_MAIN_PARTS_H

#include <stdbool.h>

#include "twin/twin.h"

/* Texts of the command line; they must outlive it. */
struct main_parts {
    char name[TWIN_PARTS][32];
    const char *file[TWIN_PARTS]; /* NULL: the bytes are not kept */
    uint32_t count;
    bool has_fault;
    struct twin_bus_fault fault;
};

/* Add "NAME[@PINS][=FILE]" to cfg too. False: too many, or a name that is too long. */
bool main_parts_add(struct main_parts *parts, const char *text, struct twin_cfg *cfg);
/* "KIND,TRANSFER[,COUNT[,AT[,LENGTH]]]". False: no such kind, or no number. */
bool main_parts_disturb(struct main_parts *parts, const char *text);
/* Bytes out of the files that are there, and the fault. False: one of them is too long. */
bool main_parts_load(const struct main_parts *parts, struct twin *twin);
/* Bytes into the files. False: one of them cannot be written. */
bool main_parts_save(const struct main_parts *parts, const struct twin *twin);
/* Members of the JSON object, with a comma before each; nothing without parts. */
void main_parts_print(const struct twin *twin);

#endif
