# The medium in a file, with its system calls wrapped.
foreach(name file_medium file_medium_store)
    nacre_test(test_${name} SOURCES test_${name}.c support/file_disk.c support/assert_failed.c
        LIBS nacre_core nacre_file)
    target_link_options(test_${name} PRIVATE -Wl,--wrap=pread -Wl,--wrap=pwrite
        -Wl,--wrap=fdatasync -Wl,--wrap=open)
endforeach()
