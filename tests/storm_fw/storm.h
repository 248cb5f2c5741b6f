/*
 * What a storm is told and what it tells: shared by the firmware and by whoever runs it.
 *
 * The image holds storm_cfg in flash: whoever runs it patches the words there before it starts.
 * storm_seen lies in RAM; the other side reads it. Each boot begins it anew.
 */
#ifndef TESTS_STORM_FW_STORM_H
#define TESTS_STORM_FW_STORM_H

#include <stdint.h>

#define STORM_KEYS 24u
#define STORM_REFUSED_MAX 64u
#define STORM_MAGIC 0x53544F52u

/* The rows of the firmware's table of chips. */
enum storm_chip {
    STORM_MX66UW1G45G,
    STORM_MX25UW51245G,
    STORM_MX25UW25645G,
    STORM_MX25LM51245G,
    STORM_W25Q128JV,
    STORM_MT35XU512ABA,
    STORM_S28HS512T,
    STORM_GD25LX512ME,
    STORM_CHIPS
};

enum storm_mode { STORM_LETTERS, STORM_STORM };

/* How far it is. */
enum storm_phase {
    STORM_STARTS,
    STORM_READY,  /* mounted, and storm_seen.found is filled */
    STORM_WRITES, /* the storm */
    STORM_ENDS    /* an error that is none of those that may come */
};

/* Words, so that both sides agree on its layout. */
struct storm_cfg {
    uint32_t magic;
    uint32_t mode;            /* enum storm_mode */
    uint32_t chip;            /* enum storm_chip */
    uint32_t way;             /* enum nacre_way */
    uint32_t region_addr;
    uint32_t region_bytes;
    uint32_t image_bytes;
    uint32_t budget_us;
    uint32_t latency_us;
    uint32_t app_percent;
    uint32_t assume;          /* enum nacre_assume */
    uint32_t irq_hz;          /* of TIM6; 0: none */
    uint32_t handler_in_ram;  /* 1: TIM6's handler lies in RAM and stays live */
    uint32_t dma_bytes;       /* of one copy, a multiple of 32; 0: none */
    uint32_t not_now_percent; /* of the times that the hooks are asked */
    uint32_t not_now_us;      /* the library's deadline for them */
    uint32_t seed;
    uint32_t dma_goes_on;     /* 1: the hooks do not stop the copy, and say that they do */
};

struct storm_seen {
    uint32_t bytes;              /* of this struct, or it is of another build */
    uint32_t phase;              /* enum storm_phase */
    uint32_t error;              /* enum nacre_err of the phase STORM_ENDS */
    uint32_t wrong_reads;        /* values that were not as written */
    uint32_t wrong_after_mount;  /* of them, those after a remount inside the run */
    uint32_t saves;              /* that answered NACRE_OK */
    uint32_t saves_refused;      /* that the hooks' deadline made fail */
    uint32_t last_refusal;       /* enum nacre_err of the last of them */
    uint32_t remounts;
    uint32_t irqs;               /* TIM6's handler */
    uint32_t irq_late_counts;    /* the longest time from TIM6's update to its handler, in counts */
    uint32_t irq_count_ns;       /* a count, in ns, rounded up */
    uint32_t ticks;              /* SysTick's handler */
    uint32_t dma_copies;
    uint32_t dma_wrong;          /* copies that differ from their source */
    uint32_t not_now;            /* answers of the hooks */
    uint32_t wrong_awake;        /* times that "stay awake" did not change what it was */
    uint32_t work;               /* pieces of work done in flash while the library waited */
    uint32_t opens;              /* of the figures below, all since the power came */
    uint32_t cycles_per_us;
    uint32_t longest_cycles;     /* nacre_nor_stats: the longest of all opens */
    uint32_t longest_masked_cycles;
    uint32_t over_budget;        /* the sum */
    uint32_t late_suspends;
    uint32_t slices;
    uint32_t erases;
    uint32_t programs;
    uint32_t bound_us;
    uint32_t trust;
    uint32_t doubt_key;          /* a set that has not returned; STORM_KEYS: none */
    uint32_t doubt_serial;
    uint32_t refused_count;      /* sets that failed since the last one that did not: */
    uint32_t refused_key[STORM_REFUSED_MAX];
    uint32_t refused_serial[STORM_REFUSED_MAX]; /* the next mount may find them, or the old value */
    uint32_t serial[STORM_KEYS]; /* what each key has now; 0: nothing was ever set */
    uint32_t found[STORM_KEYS];  /* what the first mount found */
};

#endif
