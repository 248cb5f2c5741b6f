/*
 * What came of a storm, as a row of a table and as JSON.
 */
#include "tests/support/storm_bed.h"
#include "tests/support/storm_list.h"

static double us(uint64_t ps)
{
    return (double)ps / (double)TWIN_PS_PER_US;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

void storm_print_head(FILE *to)
{
    (void)fprintf(to, "%-16s %-12s %-14s %5s %6s %6s %7s %6s | %9s %9s | %9s %9s %9s | %6s %6s\n",
                  "way", "chip", "place", "s", "saves", "erases", "irqs", "merged", "dark us",
                  "budget", "late us", "99.9 %", "bound", "dark %", "1 ms %");
}

void storm_print_row(FILE *to, const struct storm *storm, const struct storm_result *result)
{
    (void)fprintf(to, "%-16s %-12s %-14s %5.1f %6llu %6llu %7llu %6llu | %9.3f %9.0f | "
                  "%9.3f %9.3f %9.0f | %6.2f %6.2f\n",
                  storm->way->name, storm->part->name, storm->place->name,
                  (double)result->ran_ms / 1000.0, (unsigned long long)result->saves,
                  (unsigned long long)result->erases, (unsigned long long)result->irqs,
                  (unsigned long long)result->irqs_merged, us(result->blackout.longest_ps),
                  us(result->budget_ps), us(result->latency.longest_ps),
                  us(twin_times_part_ps(&result->latency, 999)), us(result->bound_ps),
                  percent(result->dark_ps, result->all_ps),
                  percent(result->worst_dark_in_1ms_ps, TWIN_PS_PER_MS));
}

void storm_print_replay(FILE *to, const struct storm *storm, const struct storm_plan *plan)
{
    (void)fprintf(to, "  replay: campaign_storm --way %s --chip %s --placement %s --seed %llu "
                  "--seconds %llu\n", storm->way->name, storm->part->name, storm->place->name,
                  (unsigned long long)plan->seed,
                  (unsigned long long)(plan->run_ms + 999u) / 1000u);
}

/* Pairs of a bucket's edge in us and its count, of those that are not empty. */
static void print_times(FILE *to, const char *name, const struct twin_times *times)
{
    const char *comma = "";
    (void)fprintf(to, ", \"%s\": {\"count\": %llu, \"longest_us\": %.3f, \"p999_us\": %.3f, "
                  "\"sum_us\": %.3f, \"histogram\": [", name, (unsigned long long)times->count,
                  us(times->longest_ps), us(twin_times_part_ps(times, 999)), us(times->sum_ps));
    for (uint32_t i = 0; i < TWIN_TIMES_BUCKETS; i++) {
        if (times->bucket[i] == 0) continue;
        (void)fprintf(to, "%s[%.3f, %u]", comma, us(twin_times_edge_ps(i)), times->bucket[i]);
        comma = ", ";
    }
    (void)fprintf(to, "]}");
}

/* A text between quotes; what cannot stand there becomes a blank. */
static void print_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        const bool is_plain = *text >= ' ' && *text != '"' && *text != '\\';
        (void)fputc(is_plain ? *text : ' ', to);
    }
}

void storm_print_json(FILE *to, const struct storm *storm, const struct storm_result *result)
{
    (void)fprintf(to, "{\"way\": \"%s\", \"chip\": \"%s\", \"placement\": \"%s\", "
                  "\"irq_hz\": %u, \"ran_ms\": %llu, \"boots\": %llu, \"saves\": %llu, "
                  "\"saves_refused\": %llu, \"remounts\": %llu, \"erases\": %llu, "
                  "\"slices\": %llu, \"not_now\": %llu, \"irqs\": %llu, \"irqs_merged\": %llu, "
                  "\"ticks\": %llu, \"ticks_merged\": %llu, "
                  "\"dma_bursts\": %llu, \"speculations\": %llu, \"speculations_fenced\": %llu, "
                  "\"budget_us\": %.0f, \"bound_us\": %.0f, \"dark_percent\": %.3f, "
                  "\"dark_percent_of_1ms\": %.3f, \"host_s\": %.1f",
                  storm->way->name, storm->part->name, storm->place->name, storm->way->irq_hz,
                  (unsigned long long)result->ran_ms, (unsigned long long)result->boots,
                  (unsigned long long)result->saves, (unsigned long long)result->saves_refused,
                  (unsigned long long)result->remounts, (unsigned long long)result->erases,
                  (unsigned long long)result->slices, (unsigned long long)result->not_now,
                  (unsigned long long)result->irqs, (unsigned long long)result->irqs_merged,
                  (unsigned long long)result->ticks, (unsigned long long)result->ticks_merged,
                  (unsigned long long)result->dma_bursts,
                  (unsigned long long)result->speculations,
                  (unsigned long long)result->speculations_fenced, us(result->budget_ps),
                  us(result->bound_ps),
                  percent(result->dark_ps, result->all_ps),
                  percent(result->worst_dark_in_1ms_ps, TWIN_PS_PER_MS), result->host_s);
    print_times(to, "blackout", &result->blackout);
    print_times(to, "latency", &result->latency);
    (void)fprintf(to, ", \"wrong\": \"");
    print_text(to, result->wrong);
    (void)fprintf(to, "\"}");
}
