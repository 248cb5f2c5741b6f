/*
 * What the MPU lets the core do. struct mpu is in machine.h.
 */
#ifndef TWIN_MPU_H
#define TWIN_MPU_H

#include <stdbool.h>
#include <stdint.h>

#define MPU_RASR_ENABLE 1u

struct twin;

struct mpu_rights {
    bool can_read, can_write, can_run;
    bool can_speculate; /* it may be read although no instruction asks for it: Normal memory */
};

/* At an address, for privileged code as the core stands now: HFNMIENA and PRIVDEFENA count. */
struct mpu_rights mpu_rights(const struct twin *t, uint32_t addr);
/* For a load or store; other reasons do not count. */
bool mpu_forbids(const struct twin *t, uint32_t addr, bool is_store);
/* For a fetch. */
bool mpu_forbids_fetch(const struct twin *t, uint32_t addr);
/* The size that a region's RASR gives it, whether it is enabled or not. */
uint64_t mpu_region_bytes(uint32_t rasr);

#endif
