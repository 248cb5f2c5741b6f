/*
 * Events as lines of text, for nacre-twin --trace and for failures of tests.
 */
#include "twin/trace.h"

#include <string.h>

static double us(uint64_t ps)
{
    return (double)ps / 1e6;
}

const char *trace_class_name(enum twin_command_class class)
{
    static const char *const names[] = {
        [TWIN_COMMAND_OTHER] = "command",   [TWIN_COMMAND_READ] = "read",
        [TWIN_COMMAND_PROGRAM] = "program", [TWIN_COMMAND_ERASE] = "erase",
        [TWIN_COMMAND_REGISTER] = "register write", [TWIN_COMMAND_IGNORED] = "ignored"};
    return (size_t)class < sizeof names / sizeof names[0] ? names[class] : "?";
}

static int command_line(char *text, size_t room, const struct twin_command *command)
{
    return snprintf(text, room, "flash #%llu %04X @%08X n=%u %s, busy %.3f us",
                    (unsigned long long)command->index, command->opcode, command->addr,
                    command->bytes, trace_class_name(command->class), us(command->busy_ps));
}

static int transfer_line(char *text, size_t room, const struct twin_event *event)
{
    const struct twin_transfer *const transfer = &event->u.transfer;
    return snprintf(text, room, "%s #%llu part %d, first byte %02X, out %u, in %u, %s in %.3f us%s",
                    transfer->bus == TWIN_BUS_I2C1 ? "I2C1" : "SPI4",
                    (unsigned long long)transfer->index, transfer->part, transfer->first,
                    transfer->out, transfer->in, twin_transfer_end_name(transfer->how),
                    us(event->time_ps - transfer->begin_ps),
                    transfer->write_ps != 0u ? ", a write cycle begins" : "");
}

static int body(char *text, size_t room, const struct twin *twin, const struct twin_event *event)
{
    switch (event->kind) {
    case TWIN_EVENT_COMMAND:
        return command_line(text, room, &event->u.command);
    case TWIN_EVENT_BUSY_END:
        return snprintf(text, room, "flash ready, was at %08X", event->u.command.addr);
    case TWIN_EVENT_BLACKOUT_BEGIN:
        return snprintf(text, room, "blackout begins");
    case TWIN_EVENT_BLACKOUT_END:
        return snprintf(text, room, "blackout ends after %.3f us", us(event->u.blackout.length_ps));
    case TWIN_EVENT_IRQ_TAKEN:
        return snprintf(text, room, "exception %u taken, latency %.3f us, of it dark %.3f us",
                        event->u.irq.exception, us(event->u.irq.latency_ps),
                        us(event->u.irq.dark_ps));
    case TWIN_EVENT_CALL:
        return snprintf(text, room, "call %s(%X, %X, %X, %X)", event->u.call.symbol,
                        event->u.call.args[0], event->u.call.args[1], event->u.call.args[2],
                        event->u.call.args[3]);
    case TWIN_EVENT_RETURN:
        return snprintf(text, room, "%s returns %u after %.3f us", event->u.call.symbol,
                        event->u.call.result, us(event->time_ps - event->u.call.call_ps));
    case TWIN_EVENT_PWM:
        return snprintf(text, room, "TIM%u channel %u: %u of %u%s", event->u.pwm.timer,
                        event->u.pwm.channel, event->u.pwm.duty, event->u.pwm.period,
                        event->u.pwm.enabled ? "" : ", off");
    case TWIN_EVENT_TRANSFER:
        return transfer_line(text, room, event);
    case TWIN_EVENT_RESET:
        return snprintf(text, room, "reset of the MCU at %s", twin_symbol_at(twin, event->pc));
    case TWIN_EVENT_CUT:
        return snprintf(text, room, "power cut");
    case TWIN_EVENT_VIOLATION:
        return snprintf(text, room, "violation at %s", twin_symbol_at(twin, event->pc));
    default:
        return 0;
    }
}

int trace_line(char *text, size_t room, const struct twin *twin, const struct twin_event *event)
{
    const int head = snprintf(text, room, "%14.3f us  ", us(event->time_ps));
    if (head < 0 || (size_t)head >= room) return 0;
    const int n = body(text + head, room - (size_t)head, twin, event);
    return n <= 0 ? 0 : head + n;
}
