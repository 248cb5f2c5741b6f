/*
 * See xspi_fixture.h.
 */
#include "tests/support/xspi_fixture.h"

#include <stddef.h>

#include "tests/support/cmocka_all.h"

struct rig rig;

static void begin_mapped(const struct xspi_cfg *cfg)
{
    rig_open(&rig, cfg);
    rig_boot(&rig, BOOT_STATE_1_3_0);
}

int rig_begin_mapped(void **state)
{
    (void)state;
    begin_mapped(NULL);
    return 0;
}

int rig_begin_indirect(void **state)
{
    (void)state;
    begin_mapped(NULL);
    wr(&rig, R_CR, CR_ON);
    return 0;
}

int rig_end(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

void rig_begin_anew(const struct xspi_cfg *cfg)
{
    rig_close(&rig);
    begin_mapped(cfg);
    wr(&rig, R_CR, CR_ON);
}

void stage(uint32_t mode, uint32_t ccr, uint32_t ir)
{
    wr(&rig, R_CR, CR_ON | mode);
    wr(&rig, R_TCR, mode == MODE_WRITE ? 0 : 20);
    wr(&rig, R_DLR, 1);
    wr(&rig, R_CCR, ccr);
    if (ir != 0) wr(&rig, R_IR, ir);
}

void erase_begin(uint32_t addr)
{
    rig_command(&rig, 0x06F9);
    rig_command_at(&rig, 0x21DE, addr);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
}
