# The corpus of nacre-check: firmware broken on purpose and sound firmware close to it, and the
# program that runs each image and says which it is (tests/check_corpus/run.py).
find_package(PkgConfig REQUIRED)
pkg_check_modules(CHECK_UNICORN REQUIRED IMPORTED_TARGET unicorn)
add_executable(check_oracle check_oracle.c)
target_link_libraries(check_oracle PRIVATE PkgConfig::CHECK_UNICORN)
