/*
 * The names of the errors.
 */
#include "nacre/err.h"

/* Medium, chip and port. */
static const char *device_name(enum nacre_err err)
{
    switch (err) {
    case NACRE_IO: return "NACRE_IO";
    case NACRE_VERIFY: return "NACRE_VERIFY";
    case NACRE_TIMEOUT: return "NACRE_TIMEOUT";
    case NACRE_CHIP_UNKNOWN: return "NACRE_CHIP_UNKNOWN";
    case NACRE_CHIP_REFUSED: return "NACRE_CHIP_REFUSED";
    case NACRE_CHIP_SUSPENDED: return "NACRE_CHIP_SUSPENDED";
    case NACRE_NOT_ERASED: return "NACRE_NOT_ERASED";
    case NACRE_NOT_NOW: return "NACRE_NOT_NOW";
    case NACRE_NO_SUSPEND: return "NACRE_NO_SUSPEND";
    case NACRE_NO_WAY: return "NACRE_NO_WAY";
    case NACRE_CTRL_STATE: return "NACRE_CTRL_STATE";
    case NACRE_MPU_REGION_USED: return "NACRE_MPU_REGION_USED";
    case NACRE_FLASH_WRITABLE: return "NACRE_FLASH_WRITABLE";
    case NACRE_NOT_IN_RAM: return "NACRE_NOT_IN_RAM";
    case NACRE_CLOCK: return "NACRE_CLOCK";
    default: return "NACRE_?";
    }
}

const char *nacre_err_name(enum nacre_err err)
{
    switch (err) {
    case NACRE_OK: return "NACRE_OK";
    case NACRE_BAD_ARGUMENT: return "NACRE_BAD_ARGUMENT";
    case NACRE_BAD_BUFFER: return "NACRE_BAD_BUFFER";
    case NACRE_NOT_MOUNTED: return "NACRE_NOT_MOUNTED";
    case NACRE_FROM_INTERRUPT: return "NACRE_FROM_INTERRUPT";
    case NACRE_NESTED: return "NACRE_NESTED";
    case NACRE_TOO_LARGE: return "NACRE_TOO_LARGE";
    case NACRE_TOO_SMALL: return "NACRE_TOO_SMALL";
    case NACRE_NOT_FOUND: return "NACRE_NOT_FOUND";
    case NACRE_BAD_TYPE: return "NACRE_BAD_TYPE";
    case NACRE_OUT_OF_LIMITS: return "NACRE_OUT_OF_LIMITS";
    case NACRE_NOT_BEGUN: return "NACRE_NOT_BEGUN";
    case NACRE_ALREADY_BEGUN: return "NACRE_ALREADY_BEGUN";
    case NACRE_TRANSACTION_FULL: return "NACRE_TRANSACTION_FULL";
    case NACRE_WRITTEN_ONCE: return "NACRE_WRITTEN_ONCE";
    case NACRE_UNTERMINATED: return "NACRE_UNTERMINATED";
    case NACRE_BAD_TABLE: return "NACRE_BAD_TABLE";
    case NACRE_NO_REGION: return "NACRE_NO_REGION";
    case NACRE_REGION_UNALIGNED: return "NACRE_REGION_UNALIGNED";
    case NACRE_REGION_TOO_SMALL: return "NACRE_REGION_TOO_SMALL";
    case NACRE_REGION_TOO_LARGE: return "NACRE_REGION_TOO_LARGE";
    case NACRE_REGION_OUTSIDE: return "NACRE_REGION_OUTSIDE";
    case NACRE_REGION_IN_IMAGE: return "NACRE_REGION_IN_IMAGE";
    case NACRE_REGION_LAST_BYTES: return "NACRE_REGION_LAST_BYTES";
    case NACRE_REGION_IN_RUN_BANK: return "NACRE_REGION_IN_RUN_BANK";
    case NACRE_CUT_TOO_COARSE: return "NACRE_CUT_TOO_COARSE";
    case NACRE_FULL: return "NACRE_FULL";
    case NACRE_KEYS_FULL: return "NACRE_KEYS_FULL";
    case NACRE_FOREIGN: return "NACRE_FOREIGN";
    case NACRE_NEWER_FORMAT: return "NACRE_NEWER_FORMAT";
    case NACRE_READ_ONLY: return "NACRE_READ_ONLY";
    case NACRE_UNSETTLED: return "NACRE_UNSETTLED";
    case NACRE_DAMAGED: return "NACRE_DAMAGED";
    case NACRE_BUSY: return "NACRE_BUSY";
    case NACRE_STALE: return "NACRE_STALE";
    case NACRE_WORN_OUT: return "NACRE_WORN_OUT";
    case NACRE_NO_SECRETS: return "NACRE_NO_SECRETS";
    case NACRE_WRONG_KEY: return "NACRE_WRONG_KEY";
    case NACRE_REPLAYED: return "NACRE_REPLAYED";
    case NACRE_CRYPT: return "NACRE_CRYPT";
    case NACRE_OTHER_GEOMETRY: return "NACRE_OTHER_GEOMETRY";
    default: return device_name(err);
    }
}
