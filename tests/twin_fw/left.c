/*
 * Leaves the flash in a state that a reset of the MCU may find it in. It says "ready", is told by
 * two characters which protocol and what, does it from RAM, says "." and stands still.
 *
 * protocol  1 SPI, s octal STR, d octal DTR
 * what      i idle, e erase of a unit, E of a block, p program, w write of the status register,
 *           s erase with a suspend just sent, S and P erase and program suspended, z asleep,
 *           r reset in an erase, a reset armed, n write enabled, b write buffer open,
 *           h half a program on the wires, k dummy clocks changed
 */
#include "examples/boot-guard/xspi2.h"
#include "tests/twin_fw/fw.h"

#define UNIT 0x07FE0000u

RAM_CODE static void pause_us(uint32_t us)
{
    for (volatile uint32_t i = 0; i < us * 60u; i++) {
    }
}

/* BUSY to 0 and out of the mapped mode. */
RAM_CODE static void rest(void)
{
    while ((XSPI2(SR) & 0x20u) != 0u) {
    }
    XSPI2(FCR) = 0x1Bu;
}

RAM_CODE static void leave_map(void)
{
    if ((XSPI2(SR) & 0x20u) != 0u) XSPI2(CR) |= 2u;
    rest();
    XSPI2(CR) = 0x00000301u;
}

RAM_CODE static uint32_t ccr_of(char protocol)
{
    if (protocol == '1') return 0x01003101u;
    return protocol == 's' ? 0x04003414u : 0x0C003C1Cu;
}

RAM_CODE static uint32_t opcode_of(char protocol, uint32_t opcode)
{
    return protocol == '1' ? opcode : opcode << 8 | (~opcode & 0xFFu);
}

RAM_CODE static void send(char protocol, uint32_t opcode)
{
    XSPI2(TCR) = 0;
    XSPI2(CCR) = ccr_of(protocol) & 0x0000003Fu;
    XSPI2(IR) = opcode_of(protocol, opcode);
    rest();
}

RAM_CODE static void send_at(char protocol, uint32_t opcode, uint32_t address)
{
    XSPI2(CCR) = ccr_of(protocol) & 0x00003F3Fu;
    XSPI2(IR) = opcode_of(protocol, opcode);
    XSPI2(AR) = address;
    rest();
}

/* The first bytes words of a frame of count bytes: fewer leave NCS low. */
RAM_CODE static void write_words(char protocol, uint32_t opcode, uint32_t address, uint32_t words)
{
    XSPI2(DLR) = 15;
    XSPI2(CCR) = ccr_of(protocol);
    XSPI2(IR) = opcode_of(protocol, opcode);
    XSPI2(AR) = address;
    for (uint32_t i = 0; i < words; i++) XSPI2(DR) = 0x5A5A0000u + i;
    if (words == 4u) rest();
}

/* One byte, which octal DTR wants twice. */
RAM_CODE static void write_register(char protocol, uint32_t opcode, uint32_t address,
                                    uint32_t value)
{
    send(protocol, 0x06);
    XSPI2(DLR) = protocol == 'd' ? 1u : 0u;
    XSPI2(CCR) = protocol == '1' && opcode == 0x01u ? 0x01000001u : ccr_of(protocol);
    XSPI2(IR) = opcode_of(protocol, opcode);
    XSPI2(AR) = address;
    *(volatile uint8_t *)0x5200A050u = (uint8_t)value;
    if (protocol == 'd') *(volatile uint8_t *)0x5200A050u = (uint8_t)value;
    rest();
}

RAM_CODE static void go_to(char protocol)
{
    leave_map();
    if (protocol == 'd') return;
    send('d', 0x66);
    send('d', 0x99);
    pause_us(100);
    if (protocol == 's') write_register('1', 0x72, 0, 1);
}

RAM_CODE static void begin(char protocol, char what)
{
    send(protocol, 0x06);
    if (what == 'p' || what == 'P') {
        write_words(protocol, 0x12, UNIT, 4);
    } else if (what == 'h') {
        write_words(protocol, 0x12, UNIT, 2);
    } else if (what == 'b') {
        send_at(protocol, 0x22, UNIT);
        write_words(protocol, 0x24, UNIT, 4);
    } else if (what == 'E') {
        send_at(protocol, 0xDC, UNIT);
    } else if (what != 'n') {
        send_at(protocol, 0x21, UNIT);
    }
}

RAM_CODE static void leave(char protocol, char what)
{
    go_to(protocol);
    switch (what) {
    case 'i': break;
    case 'a': send(protocol, 0x66); break;
    case 'z': send(protocol, 0xB9); break;
    case 'k': write_register(protocol, 0x72, 0x300, 7); break;
    case 'w': write_register(protocol, 0x01, 0, 0x3C); break;
    default: begin(protocol, what); break;
    }
    if (what == 'S' || what == 'P') pause_us(20);
    if (what == 'h') pause_us(5);
    if (what == 's' || what == 'S' || what == 'P') send(protocol, 0xB0);
    if (what == 'S' || what == 'P') pause_us(100);
    if (what == 'r') send(protocol, 0x66);
    if (what == 'r') send(protocol, 0x99);
    UART4_TDR = '.';
    for (;;) {
    }
}

static char get_char(void)
{
    while ((UART4_ISR & 0x20u) == 0u) {
    }
    return (char)UART4_RDR;
}

int main(void)
{
    uart_init();
    put_text("ready\n");
    const char protocol = get_char();
    const char what = get_char();
    leave(protocol, what);
    return 0;
}
