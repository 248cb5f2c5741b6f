# Compiler options of this project's own builds; a project that takes the library in keeps its own.
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes)
if(NACRE_WERROR)
    add_compile_options(-Werror)
endif()
if(NACRE_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
    add_compile_definitions(NACRE_ASSERTS=1)
endif()
