# The real firmware image on the twin, cut wherever it can hurt: one program, run in several ways.
nacre_test(test_firmware_cuts SOURCES test_firmware_cuts.c LIBS demo IN host TIMEOUT 420)
nacre_test(test_firmware_cuts_in_pages SOURCES test_firmware_cuts.c LIBS demo IN host TIMEOUT 420
           ARGS one_lane_in_pages)
