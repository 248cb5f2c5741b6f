/*
 * The address space of one firmware image: what lies at a run address, and whether it can be read
 * in a blackout. What the walk of a function knows of the file, it knows from here.
 */
#ifndef TOOLS_CHECK_IMAGE_H
#define TOOLS_CHECK_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

struct elf_file;
struct image;

/* Whether an address can be read in a blackout. */
enum image_place {
    IMAGE_NOWHERE, /* no section of the file, and no address where every Cortex-M has something */
    IMAGE_LIT,     /* can be read: RAM, another flash, peripherals */
    IMAGE_DARK     /* cannot be read */
};

/* Addresses first..last, both of them in it. */
struct image_range {
    uint32_t first, last;
};

/* A function or an object. */
struct image_symbol {
    const char *name; /* "" where the file has no symbol; lives as long as the image */
    uint32_t addr;    /* without the Thumb bit */
    uint32_t size;    /* where the file gives none: up to the next symbol or the section's end */
    bool is_function;
};

/*
 * Make the address space of a file.
 *
 * elf      read; it lives longer than the image
 * Returns  the image, to be given to image_close; NULL without memory
 */
struct image *image_open(const struct elf_file *elf);

/* Give the memory of an image back; NULL is allowed. */
void image_close(struct image *image);

/*
 * Add a range that cannot be read in a blackout, or one inside it that can. LIT wins over DARK.
 *
 * place    IMAGE_DARK or IMAGE_LIT
 * Returns  false when there are more than 32 ranges
 */
bool image_add_range(struct image *image, enum image_place place, struct image_range range);

/* The file that the image was made from. */
const struct elf_file *image_elf(const struct image *image);

/* How an address can be read in a blackout. */
enum image_place image_place(const struct image *image, uint32_t addr);

/*
 * Read what lies at a run address when the application has started, by what the file says:
 * code, constants, and initialised RAM data before anything changed it.
 *
 * Returns  false where the file has no byte for one of the n; buf is then unchanged
 */
bool image_read(const struct image *image, uint32_t addr, void *buf, uint32_t n);

/* Whether all n bytes lie in one section of the file that nothing writes. */
bool image_is_constant(const struct image *image, uint32_t addr, uint32_t n);

/*
 * Find the function or object that covers an address. Where no symbol with a size does, the
 * nearest one before it in the same section counts.
 *
 * addr     with or without the Thumb bit of a function
 * Returns  false where the file has no symbol for it
 */
bool image_symbol_at(const struct image *image, uint32_t addr, struct image_symbol *symbol);

/*
 * Whether an address is in code: by the mapping symbols ($t, $d) where the section has them, else
 * in an executable section.
 */
bool image_is_code(const struct image *image, uint32_t addr);

#endif
