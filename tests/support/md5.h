/*
 * MD5 (RFC 1321) of short messages: the published dump of a chip names its md5.
 */
#ifndef TESTS_SUPPORT_MD5_H
#define TESTS_SUPPORT_MD5_H

#include <stdint.h>

/* n at most 4096. text gets 32 digits and a NUL. */
void md5_text(const uint8_t *bytes, uint32_t n, char text[33]);

#endif
