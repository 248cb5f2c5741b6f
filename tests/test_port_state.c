/*
 * Which states of the controller are adopted, for chips of each form, and which field a refusal
 * names.
 *
 * Method: the checks run on this machine against a page of memory at the controller's address. The
 * states that must pass are those that ST's boot leaves (traced) or ST's manager is told by its
 * memory files; the others differ from them in one field. Fields by RM0477 as CMSIS has them.
 */
#include "nacre/chips/chips.h"
#include "nacre/ports/stm32h7rs/state.h"
#include "tests/support/cmocka_all.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE_ADDR 0x5200A000u
#define PAGE_BYTES 4096u

enum { CR = 0x000, DCR1 = 0x008, DCR3 = 0x010, DCR4 = 0x014, CCR = 0x100, TCR = 0x108, IR = 0x110,
       ABR = 0x120 };

static uint8_t *page;
static struct nacre_port port;

static void poke(uint32_t offset, uint32_t value)
{
    memcpy(page + offset, &value, sizeof(value));
}

static int map_page(void **state)
{
    (void)state;
    page = mmap((void *)(uintptr_t)PAGE_ADDR, PAGE_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

/* CR as all of ST's releases leave it. */
static void left(uint32_t dcr1, uint32_t ccr, uint32_t tcr, uint32_t ir, uint32_t abr)
{
    memset(page, 0, PAGE_BYTES);
    memset(&port, 0, sizeof(port));
    poke(CR, 0x30400301);
    poke(DCR1, dcr1);
    poke(CCR, ccr);
    poke(TCR, tcr);
    poke(IR, ir);
    poke(ABR, abr);
}

static void left_macronix(void)
{
    left(0x011A0100, 0x2C003C1C, 0x00000014, 0xEE11, 0);
}

/* EBh: opcode on one line, three address bytes, a mode byte and data on four. */
static void left_quad(void)
{
    left(0x01170100, 0x03032301, 0x00000004, 0xEB, 0xFF);
}

static void taken(const struct nacre_chip *chip)
{
    assert_int_equal(nacre_state_check(&port, &chip->form), NACRE_OK);
}

static void refused(const struct nacre_chip *chip, const char *name)
{
    assert_int_equal(nacre_state_check(&port, &chip->form), NACRE_CTRL_STATE);
    assert_string_equal(port.mismatch.name, name);
    assert_int_not_equal(port.mismatch.found & port.mismatch.mask, port.mismatch.expected);
}

static void test_port_state_each_part_as_its_boot_leaves_it(void **state)
{
    (void)state;
    left_macronix();
    taken(&nacre_chip_mx66uw1g45g);
    poke(TCR, 0x10000014); /* releases before 1.3.0 */
    taken(&nacre_chip_mx66uw1g45g);
    left_quad();
    taken(&nacre_chip_w25q128jv);
    poke(DCR1, 0x00170100); /* on one line pairs are never turned */
    taken(&nacre_chip_w25q128jv);
    left(0x01170100, 0x03002101, 0x40000008, 0x6B, 0); /* sampled half a cycle later */
    taken(&nacre_chip_w25q128jv);
    left(0x01170100, 0x01002101, 0x00000008, 0x0B, 0);
    taken(&nacre_chip_w25q128jv);
    left(0x01170100, 0x01002101, 0x00000000, 0x03, 0);
    taken(&nacre_chip_w25q128jv);
    left(0x00190900, 0x2C003C04, 0x00000010, 0xFD, 0); /* stm32_gd25lx512me.h */
    taken(&nacre_chip_gd25lx512me);
    left(0x00190100, 0x2C003C1C, 0x00000014, 0xFDFD, 0);
    taken(&nacre_chip_mt35xu512aba);
    left(0x02190100, 0x2C003C1C, 0x00000018, 0xEEEE, 0);
    taken(&nacre_chip_s28hs512t);
}

struct step {
    uint32_t offset;
    uint32_t value;
    const char *name;
};

static void test_port_state_names_the_field_of_octal_dtr(void **state)
{
    static const struct step steps[] = {
        {CR, 0x30400300, "XSPI2 CR"}, {CR, 0x10400301, "XSPI2 CR"}, {CR, 0x30410301, "XSPI2 CR"},
        {CR, 0x30400305, "XSPI2 CR"}, {DCR3, 0x000A0000, "XSPI2 DCR3 CSBOUND"},
        {DCR4, 1, "XSPI2 DCR4 REFRESH"}, {IR, 0xEC13, "XSPI2 IR"}, {IR, 0x000C, "XSPI2 IR"},
        {CCR, 0x2C003C14, "XSPI2 CCR IMODE IDTR ISIZE"},
        {CCR, 0x2C003C0C, "XSPI2 CCR IMODE IDTR ISIZE"},
        {CCR, 0x2C00341C, "XSPI2 CCR ADMODE ADDTR ADSIZE"},
        {CCR, 0x2C002C1C, "XSPI2 CCR ADMODE ADDTR ADSIZE"},
        {CCR, 0x2C043C1C, "XSPI2 CCR ABMODE ABDTR ABSIZE"},
        {CCR, 0x24003C1C, "XSPI2 CCR DMODE DDTR"}, {CCR, 0x0C003C1C, "XSPI2 CCR DQSE"},
        {TCR, 0x40000014, "XSPI2 TCR SSHIFT"}, {DCR1, 0x001A0100, "XSPI2 DCR1 MTYP"},
        {DCR1, 0x031A0100, "XSPI2 DCR1 MTYP"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        left_macronix();
        poke(steps[i].offset, steps[i].value);
        refused(&nacre_chip_mx66uw1g45g, steps[i].name);
    }
}

static void test_port_state_names_the_field_of_a_quad_map(void **state)
{
    static const struct step steps[] = {
        {IR, 0xBB, "XSPI2 IR"}, {CCR, 0x03032300, "XSPI2 CCR IMODE IDTR ISIZE"},
        {CCR, 0x03033301, "XSPI2 CCR ADMODE ADDTR ADSIZE"},
        {CCR, 0x03032101, "XSPI2 CCR ADMODE ADDTR ADSIZE"},
        {CCR, 0x03002301, "XSPI2 CCR ABMODE ABDTR ABSIZE"}, /* six clocks and no mode byte */
        {CCR, 0x01032301, "XSPI2 CCR DMODE DDTR"}, {CCR, 0x23032301, "XSPI2 CCR DQSE"},
        {ABR, 0xA0, "XSPI2 ABR"}, {ABR, 0x20, "XSPI2 ABR"}, {DCR1, 0x04170100, "XSPI2 DCR1 MTYP"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        left_quad();
        poke(steps[i].offset, steps[i].value);
        if (steps[i].offset == ABR) {
            assert_int_equal(nacre_state_check(&port, &nacre_chip_w25q128jv.form),
                             NACRE_CTRL_STATE);
            assert_string_equal(port.mismatch.name, steps[i].name);
            continue;
        }
        refused(&nacre_chip_w25q128jv, steps[i].name);
    }
}

/* ExtMem Manager 1.5 maps a part without a table of octal sequences by CCh, 1S-8S-8S. */
static void test_port_state_other_protocols_are_refused(void **state)
{
    (void)state;
    left(0x00190100, 0x04003401, 0x00000010, 0xCC, 0);
    refused(&nacre_chip_mt35xu512aba, "XSPI2 IR");
    left_macronix();
    refused(&nacre_chip_mt35xu512aba, "XSPI2 IR");
    refused(&nacre_chip_w25q128jv, "XSPI2 IR");
    left_quad();
    refused(&nacre_chip_mx66uw1g45g, "XSPI2 IR");
    left(0x01190100, 0x2C003C1C, 0x00000014, 0xFDFD, 0);
    refused(&nacre_chip_mt35xu512aba, "XSPI2 DCR1 MTYP");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_state_each_part_as_its_boot_leaves_it),
        cmocka_unit_test(test_port_state_names_the_field_of_octal_dtr),
        cmocka_unit_test(test_port_state_names_the_field_of_a_quad_map),
        cmocka_unit_test(test_port_state_other_protocols_are_refused),
    };
    return cmocka_run_group_tests(tests, map_page, NULL);
}
