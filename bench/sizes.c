/*
 * How much memory the library asks its user for, as the target's compiler sees it: the size of each
 * array below is a figure. Compiled for the target and never run: tools/bench_sizes.py.
 */
#include "nacre/core/secret.h"
#include "nacre/core/settings.h"
#include "nacre/core/store.h"
#include "nacre/core/transaction.h"
#include "nacre/media/nor.h"

#define SIZE_OF(name, type) \
    extern const unsigned char ram_##name[sizeof(type)]; \
    const unsigned char ram_##name[sizeof(type)] = {0}

SIZE_OF(store, struct nacre_store);
SIZE_OF(key, struct nacre_index_entry);
SIZE_OF(settings, struct nacre_settings);
SIZE_OF(transaction, struct nacre_transaction);
SIZE_OF(secrets, struct nacre_secrets);
SIZE_OF(nor, struct nacre_nor);
