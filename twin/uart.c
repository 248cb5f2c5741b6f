/*
 * UART4: what the firmware sends is text for whoever asks; what is typed arrives byte by byte at
 * the typist's baud rate (RM0477, USART; bits from CMSIS stm32h7s7xx.h). Parity, DMA, break and the
 * receiver time-out are not modelled. A byte that finds no room is lost and sets ORE.
 */
#include "twin/machine.h"

#include <stdlib.h>
#include <string.h>

#define UART4_IRQ 85u
#define BITS_PER_BYTE 10u

#define CR1_UE 1u
#define CR1_RE 4u
#define CR1_TE 8u
#define CR1_RXNEIE (1u << 5)
#define CR1_TCIE (1u << 6)
#define CR1_TXEIE (1u << 7)
#define CR1_FIFOEN (1u << 29)
#define CR3_EIE 1u
#define CR3_OVRDIS (1u << 12)
#define ISR_ORE (1u << 3)
#define ISR_RXNE (1u << 5)
#define ISR_TC (1u << 6)
#define ISR_TXE (1u << 7)
#define ISR_BUSY (1u << 16)
#define ISR_TEACK (1u << 21)
#define ISR_REACK (1u << 22)
#define ISR_TXFE (1u << 23)
#define ISR_RXFF (1u << 24)

static uint64_t byte_ps(const struct twin *t)
{
    const struct uart *const uart = &t->b.periph.uart;
    const uint32_t brr = uart->brr == 0u ? 1u : uart->brr;
    return clock_ps_of((uint64_t)brr * BITS_PER_BYTE, t->b.periph.pclk_hz);
}

/* Bytes that have not left yet, the one on the wire included. */
static uint32_t tx_waiting(const struct twin *t)
{
    const struct uart *const uart = &t->b.periph.uart;
    if (uart->tx_done_ps <= machine_now(t)) return 0;
    return (uint32_t)((uart->tx_done_ps - machine_now(t) + byte_ps(t) - 1u) / byte_ps(t));
}

static uint32_t fifo_size(const struct uart *uart)
{
    return (uart->cr1 & CR1_FIFOEN) != 0u ? UART_FIFO : 1u;
}

static uint32_t isr(const struct twin *t)
{
    const struct uart *const uart = &t->b.periph.uart;
    const uint32_t waiting = tx_waiting(t);
    uint32_t value = 0;
    if ((uart->cr1 & CR1_UE) == 0u) return ISR_TC | ISR_TXE;
    if ((uart->cr1 & CR1_TE) != 0u) value |= ISR_TEACK;
    if ((uart->cr1 & CR1_RE) != 0u) value |= ISR_REACK;
    if (waiting <= fifo_size(uart)) value |= ISR_TXE;
    if (waiting == 0u && !uart->tx_complete_cleared) value |= ISR_TC;
    if (waiting <= 1u && (uart->cr1 & CR1_FIFOEN) != 0u) value |= ISR_TXFE;
    if (uart->rx_fifo_count != 0u) value |= ISR_RXNE;
    if (uart->rx_fifo_count == fifo_size(uart) && fifo_size(uart) > 1u) value |= ISR_RXFF;
    if (uart->overrun) value |= ISR_ORE;
    return value;
}

static void update(struct twin *t)
{
    const struct uart *const uart = &t->b.periph.uart;
    const uint32_t flags = isr(t);
    bool level = false;
    if ((uart->cr1 & CR1_UE) != 0u) {
        level = ((uart->cr1 & CR1_RXNEIE) != 0u && (flags & (ISR_RXNE | ISR_ORE)) != 0u) ||
                ((uart->cr1 & CR1_TXEIE) != 0u && (flags & ISR_TXE) != 0u) ||
                ((uart->cr1 & CR1_TCIE) != 0u && (flags & ISR_TC) != 0u) ||
                ((uart->cr3 & CR3_EIE) != 0u && (flags & ISR_ORE) != 0u);
    }
    irq_line(t, UART4_IRQ, level);
    uint64_t next = CLOCK_NEVER;
    const uint32_t waiting = tx_waiting(t);
    if (waiting > fifo_size(uart) && (uart->cr1 & CR1_TXEIE) != 0u) {
        next = uart->tx_done_ps - byte_ps(t) * fifo_size(uart);
    } else if (waiting != 0u && (uart->cr1 & CR1_TCIE) != 0u) {
        next = uart->tx_done_ps;
    }
    clock_at(&t->b.clock, CLOCK_UART_TX, next);
    clock_at(&t->b.clock, CLOCK_UART_RX, uart->queue_count == 0u ? CLOCK_NEVER : uart->rx_next_ps);
}

static uint64_t typist_byte_ps(const struct twin *t)
{
    return clock_ps_of(BITS_PER_BYTE, t->cfg.uart_baud);
}

/* The stop bit of the next typed byte is over. */
static void receive(struct twin *t)
{
    struct uart *const uart = &t->b.periph.uart;
    const uint8_t byte = uart->queue[uart->queue_from];
    uart->queue_from = (uart->queue_from + 1u) % UART_QUEUE;
    uart->queue_count--;
    uart->rx_next_ps += typist_byte_ps(t);
    if ((uart->cr1 & (CR1_UE | CR1_RE)) != (CR1_UE | CR1_RE)) return;
    if (uart->rx_fifo_count < fifo_size(uart)) {
        uart->rx_fifo[uart->rx_fifo_count++] = byte;
    } else if ((uart->cr3 & CR3_OVRDIS) != 0u) {
        uart->rx_fifo[uart->rx_fifo_count - 1u] = byte;
    } else {
        uart->overrun = true;
    }
}

void uart_events(struct twin *t, uint64_t now_ps)
{
    const struct uart *const uart = &t->b.periph.uart;
    while (uart->queue_count != 0u && uart->rx_next_ps <= now_ps) {
        receive(t);
    }
    update(t);
}

void uart_type_bytes(struct twin *t, const char *text)
{
    struct uart *const uart = &t->b.periph.uart;
    if (uart->queue_count == 0u || uart->rx_next_ps < machine_now(t)) {
        uart->rx_next_ps = machine_now(t) + typist_byte_ps(t);
    }
    for (; *text != '\0' && uart->queue_count < UART_QUEUE; text++) {
        uart->queue[(uart->queue_from + uart->queue_count) % UART_QUEUE] = (uint8_t)*text;
        uart->queue_count++;
    }
    update(t);
}

static uint32_t take_byte(struct uart *uart)
{
    if (uart->rx_fifo_count == 0u) return 0;
    const uint32_t byte = uart->rx_fifo[0];
    uart->rx_fifo_count--;
    memmove(&uart->rx_fifo[0], &uart->rx_fifo[1], uart->rx_fifo_count);
    return byte;
}

static void keep_text(struct twin *t, uint8_t byte)
{
    if (t->b.uart_text_n + 2u > t->uart_text_room) {
        const size_t room = t->uart_text_room * 2u + 4096u;
        char *const text = realloc(t->uart_text, room);
        if (text == NULL) return;
        t->uart_text = text;
        t->uart_text_room = room;
    }
    t->uart_text[t->b.uart_text_n++] = (char)byte;
    t->uart_text[t->b.uart_text_n] = '\0';
}

static bool ends_with(const struct twin *t, const char *text)
{
    const size_t n = strlen(text);
    if (t->b.uart_text_n < t->text_from + n) return false;
    return memcmp(t->uart_text + t->b.uart_text_n - n, text, n) == 0;
}

static void send_byte(struct twin *t, uint8_t byte)
{
    struct uart *const uart = &t->b.periph.uart;
    if ((uart->cr1 & (CR1_UE | CR1_TE)) != (CR1_UE | CR1_TE)) return;
    if (tx_waiting(t) > fifo_size(uart)) return; /* no room: the byte is lost */
    const uint64_t from = uart->tx_done_ps > machine_now(t) ? uart->tx_done_ps : machine_now(t);
    uart->tx_done_ps = from + byte_ps(t);
    uart->tx_complete_cleared = false;
    keep_text(t, byte);
    struct twin_event event = event_new(t, TWIN_EVENT_UART);
    event.u.uart_byte = byte;
    event_send(t, &event);
    if (t->until.text != NULL && ends_with(t, t->until.text)) machine_stop(t, TWIN_STOP_TEXT);
}

uint32_t uart_read(struct twin *t, uint32_t offset)
{
    struct uart *const uart = &t->b.periph.uart;
    uint32_t value = 0;
    switch (offset) {
    case 0x00u:
        return uart->cr1;
    case 0x04u:
        return uart->cr2;
    case 0x08u:
        return uart->cr3;
    case 0x0Cu:
        return uart->brr;
    case 0x14u:
        return uart->rtor;
    case 0x1Cu:
        return isr(t);
    case 0x24u:
        value = take_byte(uart);
        update(t);
        return value;
    case 0x2Cu:
        return uart->presc;
    default:
        return 0;
    }
}

void uart_write(struct twin *t, uint32_t offset, uint32_t value)
{
    struct uart *const uart = &t->b.periph.uart;
    switch (offset) {
    case 0x00u:
        uart->cr1 = value;
        break;
    case 0x04u:
        uart->cr2 = value;
        break;
    case 0x08u:
        uart->cr3 = value;
        break;
    case 0x0Cu:
        uart->brr = value & 0xFFFFu;
        break;
    case 0x14u:
        uart->rtor = value;
        break;
    case 0x18u:
        if ((value & 8u) != 0u) uart->rx_fifo_count = 0;
        break;
    case 0x20u:
        if ((value & ISR_ORE) != 0u) uart->overrun = false;
        if ((value & ISR_TC) != 0u) uart->tx_complete_cleared = true;
        break;
    case 0x28u:
        send_byte(t, (uint8_t)value);
        break;
    case 0x2Cu:
        uart->presc = value;
        break;
    default:
        break;
    }
    update(t);
}

void uart_reset(struct twin *t)
{
    memset(&t->b.periph.uart, 0, sizeof t->b.periph.uart);
    clock_at(&t->b.clock, CLOCK_UART_TX, CLOCK_NEVER);
    clock_at(&t->b.clock, CLOCK_UART_RX, CLOCK_NEVER);
}
