/*
 * XSPIM, the I/O manager: one register that says which controller reaches which port and by which
 * chip select. A chip hangs on a port's NCS1; nothing hangs on NCS2 unless attached there.
 */
#ifndef TWIN_XSPI_XSPIM_H
#define TWIN_XSPI_XSPIM_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/chip/frame.h"
#include "twin/xspi/xspi.h"

struct xspim;

/* Register 0, nothing attached or connected. NULL: no memory. */
struct xspim *xspim_create(void);
/* Controllers and devices stay. NULL is allowed. */
void xspim_destroy(struct xspim *m);

/* port_index 0 is port 1; select_index 0 is NCS1. */
void xspim_attach(struct xspim *m, uint32_t port_index, uint32_t select_index,
                  const struct frame_device *device);
/* controller_index 0 is XSPI1. The controller asks this manager for its device from now on. */
void xspim_connect(struct xspim *m, uint32_t controller_index, struct xspi *xspi);

/* size 1, 2 or 4. Beyond the one register it reads 0. Takes as long as an access to XSPI1. */
struct xspi_access xspim_reg_read(struct xspim *m, uint64_t now_ps, uint32_t offset, uint32_t size);
/* By the core: an enabled controller tells a flag. Only whole words at offset 0 count. */
struct xspi_access xspim_reg_write(struct xspim *m, uint64_t now_ps, uint32_t offset, uint32_t size,
                                   uint32_t value);
/* The register to 0, as RCC's reset does: each controller on its own port. */
void xspim_reset(struct xspim *m, uint64_t now_ps);
/* The register, at no time. */
uint32_t xspim_cr(const struct xspim *m);
/* Set the register without a flag; ports are free at once. For start states and snapshots. */
void xspim_set_cr(struct xspim *m, uint64_t now_ps, uint32_t value);

/* A chip's answers changed (nor_listener.answers): look at both windows again. */
void xspim_device_changed(struct xspim *m, uint64_t now_ps);

/* What a controller reaches now; NULL: nothing. Used by xspi.c. */
const struct frame_device *xspim_route(const struct xspim *m, const struct xspi *xspi);
/* Both controllers share one port. */
bool xspim_is_multiplexed(const struct xspim *m);
/* The port that this controller uses is free from here on; a transfer takes it until until_ps. */
uint64_t xspim_port_free_ps(const struct xspim *m, const struct xspi *xspi);
/* The other controller has to wait until then. A later call replaces the time. */
void xspim_port_take(struct xspim *m, const struct xspi *xspi, uint64_t until_ps);
/*
 * When the bytes of a mapped read by this controller are there, if it is asked for now: now_ps
 * unless the other one has the port. FRAME_NEVER_PS: that one's frame waits for data, or for room,
 * and who asks here is who would have to bring it.
 */
uint64_t xspim_read_ps(const struct xspim *m, const struct xspi *xspi, uint64_t now_ps);
/* The other controller wants the same port all the time: it is mapped and was read. */
bool xspim_other_is_reading(const struct xspim *m, const struct xspi *xspi);

#endif
