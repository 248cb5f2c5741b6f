# The demo's own parts: reading a script, judging what a boot found, counting what a save cost.
nacre_test(test_demo_script SOURCES test_demo_script.c LIBS demo)
nacre_test(test_demo_oracle SOURCES test_demo_oracle.c LIBS demo)
nacre_test(test_demo_ledger SOURCES test_demo_ledger.c LIBS demo)
