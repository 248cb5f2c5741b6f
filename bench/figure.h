/*
 * How a bench program says a figure: one line, which tools/bench.py puts into a table and into
 * build/bench.json.
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <math.h>
#include <stdio.h>

/* Where the design names no limit. */
#define FIGURE_NO_LIMIT NAN

/* Print one figure. limit is the most it may be, or the least where the name says "per_s". */
static inline void figure_print(const char *name, double value, const char *unit, double limit)
{
    printf("figure %s %.6g %s ", name, value, unit);
    if (isnan(limit)) {
        printf("-\n");
    } else {
        printf("%.6g\n", limit);
    }
}

#endif
