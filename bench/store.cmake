# What the store costs, on the simulated NOR.
set(bench_store_sources store.c bed.c instants.c mounts.c reads.c times.c updates.c workload.c
    ../tests/support/sim_nor.c ../tests/support/sim_tear.c
    ../tests/support/assert_failed.c)
