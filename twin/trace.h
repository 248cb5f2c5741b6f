/*
 * Events as lines of text.
 */
#ifndef TWIN_TRACE_H
#define TWIN_TRACE_H

#include <stdio.h>

#include "twin/twin.h"

/* One line without an end; 0 if this kind is not shown. */
int trace_line(char *text, size_t room, const struct twin *twin, const struct twin_event *event);

/* A word or two. The text is static. */
const char *trace_class_name(enum twin_command_class class);

#endif
