/*
 * What a call answers. One list for the whole library, so that an error can pass up as it is.
 *
 * Each name says what is wrong; the comment says what to do about it. What a failed call left
 * behind is said at the call. The numbers are part of the interface and never change.
 */
#ifndef NACRE_ERR_H
#define NACRE_ERR_H

enum nacre_err {
    NACRE_OK = 0,

    /* The caller: mend the call. */
    NACRE_BAD_ARGUMENT = 1,    /* a pointer is null, a key is out of range, a size makes no sense */
    NACRE_BAD_BUFFER = 2,      /* the buffer lies where it cannot be read or written */
    NACRE_NOT_MOUNTED = 3,     /* use before mount or after unmount */
    NACRE_FROM_INTERRUPT = 4,  /* called from an interrupt handler: call from a thread */
    NACRE_NESTED = 5,          /* called while another call on the same object is under way */
    NACRE_TOO_LARGE = 6,       /* the value is larger than a value may be */
    NACRE_TOO_SMALL = 7,       /* the buffer is smaller than the value; the length is told */
    NACRE_NOT_FOUND = 8,       /* no such key; at an iteration, the end */
    NACRE_BAD_TYPE = 9,        /* the setting has another type */
    NACRE_OUT_OF_LIMITS = 10,  /* the value is outside the setting's limits */
    NACRE_NOT_BEGUN = 11,      /* commit, abandon or stage without begin */
    NACRE_ALREADY_BEGUN = 12,  /* begin on a transaction that is under way: commit or abandon it */
    NACRE_TRANSACTION_FULL = 13, /* the transaction's buffer holds no more: give it a larger one */
    NACRE_WRITTEN_ONCE = 14,   /* a factory value is there already and differs: it never changes */
    NACRE_UNTERMINATED = 15,   /* the string has no end within the setting's size */
    NACRE_BAD_TABLE = 16,      /* a row of the settings' table contradicts itself or another row */

    /* The region: mend the configuration. */
    NACRE_NO_REGION = 20,            /* no region was given, or it has no bytes */
    NACRE_REGION_UNALIGNED = 21,     /* it does not start and end at a unit */
    NACRE_REGION_TOO_SMALL = 22,     /* fewer units, or smaller ones, than the store needs */
    NACRE_REGION_TOO_LARGE = 23,     /* more granules than the index can name */
    NACRE_REGION_OUTSIDE = 24,       /* it ends beyond the chip */
    NACRE_REGION_IN_IMAGE = 25,      /* it overlaps the running image */
    NACRE_REGION_LAST_BYTES = 26,    /* it holds the last 32 bytes of the device (errata) */
    NACRE_REGION_IN_RUN_BANK = 27,   /* its bank is read while it would be written */
    NACRE_CUT_TOO_COARSE = 28,       /* a cut may spoil more than one lane survives, and the region
                                        has no units for two: enlarge it, or name the milder
                                        assumption */
    NACRE_REGION_IN_STORE = 29,      /* it overlaps the region of the store */
    NACRE_IMAGE_LARGER = 30,         /* the image, as it was linked, is not all inside the range
                                        that was given for it: a field says what that must be */

    /* The store: the values stay readable. */
    NACRE_FULL = 40,           /* no room for this value beside those that live */
    NACRE_KEYS_FULL = 41,      /* no room in the index for one more key */
    NACRE_FOREIGN = 42,        /* the region holds something else: format it, if that is meant */
    NACRE_NEWER_FORMAT = 43,   /* written by a newer version: update the firmware */
    NACRE_READ_ONLY = 44,      /* an earlier error made the store read-only; stats say which */
    NACRE_UNSETTLED = 45,      /* what a cut left could not be settled: readable, not writable */
    NACRE_DAMAGED = 46,        /* a record does not read as it was written */
    NACRE_BUSY = 47,           /* an erase is under way and the caller asked not to wait */
    NACRE_STALE = 48,          /* the newest value was lost to bad bits; what is told is older: set
                                  it again */
    NACRE_WORN_OUT = 49,       /* a unit failed and no spare is left: readable, not writable */
    NACRE_NO_SECRETS = 50,     /* a secret, and no cipher was given at mount */
    NACRE_WRONG_KEY = 51,      /* the secret is not authentic: another key, or another record */
    NACRE_REPLAYED = 52,       /* the store's contents are older than the monotonic counter says */
    NACRE_CRYPT = 53,          /* the cipher or the random source failed: try again */
    NACRE_OTHER_GEOMETRY = 54, /* a store of another size, or of another number of lanes, lies
                                  there: mount it as it was formatted */
    NACRE_COPY_NO_ROOM = 55,   /* the store to copy to is too small for what the other holds */
    NACRE_COPY_OCCUPIED = 56,  /* it holds values of its own: replaced only if that is asked */
    NACRE_COPY_PARTIAL = 57,   /* the store to copy from does not see all of its keys: mount it with
                                  a larger index */

    /* The medium and the chip. */
    NACRE_IO = 60,             /* the chip reports that a program or an erase failed */
    NACRE_VERIFY = 61,         /* it reported success, but the bytes read back differ */
    NACRE_TIMEOUT = 62,        /* an operation took longer than its row's maximum */
    NACRE_CHIP_UNKNOWN = 63,   /* the chip answers with another id than its row */
    NACRE_CHIP_REFUSED = 64,   /* the chip did not take the write enable, or a command */
    NACRE_CHIP_SUSPENDED = 65, /* the chip was found busy or suspended by somebody else */
    NACRE_NOT_ERASED = 66,     /* the target is not blank: a granule is programmed only once */
    NACRE_NOT_NOW = 67,        /* another bus master would not let go of the flash in time: try
                                  again */
    NACRE_NO_SUSPEND = 68,     /* the chip did not suspend when it was told to: slices cannot keep
                                  their budget on it */
    NACRE_NO_WAY = 69,         /* the image cannot be read while another bank is busy, whatever the
                                  row says, and the budget is too short for slices: raise it */
    NACRE_QUIET = 70,          /* programs and erases are refused since nacre_nor_quiesce: resume */
    NACRE_CHIP_TABLES = 71,    /* the chip's own tables contradict its row: a field says in which
                                  number */
    NACRE_BUS_NO_ACK = 72,     /* nobody acknowledged: no part at that address, or it lost power */
    NACRE_BUS_LOST = 73,       /* another controller took the bus in the middle of a transfer */
    NACRE_BUS_TIMEOUT = 74,    /* a transfer did not end in time: the controller, or its clock */
    NACRE_BUS_STUCK = 75,      /* a line is held low, and nine clocks did not free it */
    NACRE_BUS_SHORT = 76,      /* a bus callback moved another number of bytes than it was given */
    NACRE_PART_SILENT = 77,    /* the part answers nothing but ones, or zeros: not there, or not
                                  selected */
    NACRE_PART_PROTECTED = 78, /* the part is write-protected, by a pin or by its status */
    NACRE_FLASH_LOCKED = 79,   /* the flash inside the processor got a wrong key: it stays locked
                                  until the next reset */

    /* The port. */
    NACRE_CTRL_STATE = 80,     /* the controller is in a state that cannot be adopted; a field says
                                  which register, what it held and what was expected */
    NACRE_MPU_REGION_USED = 81, /* the fence's MPU region is in use: give it another one */
    NACRE_FLASH_WRITABLE = 82, /* the mapped range is writable by the core: make it read-only */
    NACRE_NOT_IN_RAM = 83,     /* the code or the vectors of the blackout are not in RAM */
    NACRE_CLOCK = 84,          /* the cycle counter does not run */
    NACRE_LIVE_PRIORITY = 85,  /* interrupts cannot stay live from that priority on */
    NACRE_LIVE_VECTORS = 86,   /* the vectors of live interrupts: not in RAM, unaligned, too few */
    NACRE_LIVE_HANDLER = 87,   /* a live handler cannot be that, or one is missing */
    NACRE_LIVE_TIME = 88,      /* live handlers would take all of the time */
    NACRE_STACK = 89,          /* a stack lies where a blackout cannot reach it */
    NACRE_DEBUGGER = 90,       /* a debugger is attached, and was to be refused */
    NACRE_QUIET_RAM = 91,      /* the RAM behind the other controller cannot be kept quiet so */
    NACRE_FLASH_SEQUENCE = 92, /* the flash inside the processor refused the steps of a program or
                                  an erase (PGSERR) */
    NACRE_FLASH_STROBE = 93,   /* a byte of its write buffer was written twice (STRBERR): somebody
                                  else writes there */
    NACRE_FLASH_INCONSISTENT = 94, /* its write buffer got bytes of two words, or too few
                                      (INCERR) */
    NACRE_FLASH_CACHED = 95,   /* the core may not write there, or would keep what it writes in its
                                  cache: the MPU must make the region writable and write-through;
                                  a field says which */

    /* The bus: see 72 to 76. */
    NACRE_BUS_FAILED = 96,     /* its driver says that a transfer failed, and not why */

    /* The port, too. */
    NACRE_FLASH_RUNS_BLACKOUT = 97, /* code of the blackout lies in the flash that the store would
                                       write: it would stand still. Place it in RAM */
};

/*
 * The name of an error, for a log or a console.
 *
 * Returns  a constant string such as "NACRE_FULL"; "NACRE_?" for a number that is not in the list
 * Context  any; must not be called in a blackout: the string lies in flash
 */
const char *nacre_err_name(enum nacre_err err);

#endif
