/*
 * The workloads.
 */
#include "bench/workload.h"

#define W1_BYTES 4u
#define W1_KEY 7u

const struct workload workload_w1 = {"w1.", 20, false, 1};
const struct workload workload_w2 = {"w2.", 50, true, 10};

void workload_open(const struct workload *workload, struct bed *bed, const struct bed_kind *kind,
                   bool with_idle)
{
    bed_open(bed, kind, workload->key_count);
    bed->rng.state = rng_mix(workload->seed);
    for (uint32_t key = 0; key < workload->key_count; key++) {
        bed->lengths[key] =
            workload->is_mixed ? 1u + rng_below(&bed->rng, BED_VALUE_BYTES_MAX) : W1_BYTES;
        (void)bed_set(bed, key);
        if (with_idle) bed_idle(bed);
    }
}

static uint32_t zipf_key(struct rng *rng, uint32_t key_count)
{
    double total = 0;
    for (uint32_t i = 1; i <= key_count; i++) total += 1.0 / i;
    double at = total * rng_next(rng) / 4294967296.0;
    for (uint32_t i = 1; i <= key_count; i++) {
        at -= 1.0 / i;
        if (at < 0) return i - 1u;
    }
    return key_count - 1u;
}

uint32_t workload_key(const struct workload *workload, struct bed *bed)
{
    return workload->is_mixed ? zipf_key(&bed->rng, workload->key_count) : W1_KEY;
}

void workload_run(const struct workload *workload, struct bed *bed, uint32_t updates,
                  bool with_idle)
{
    for (uint32_t i = 0; i < updates; i++) {
        (void)bed_set(bed, workload_key(workload, bed));
        if (with_idle) bed_idle(bed);
    }
}
