# The real firmware image on the twin, cut wherever it can hurt.
nacre_test(test_firmware_cuts SOURCES test_firmware_cuts.c LIBS demo IN host TIMEOUT 420)
