/*
 * rule: call-dark veneer-dark
 * title: A chain of branches that ends in RAM
 * sound: Both stubs and their end lie in RAM.
 */
#include "tests/check_corpus/board.h"

__attribute__((used)) RAM int last(int value)
{
    return value + (int)STATUS;
}

__asm__(".section .ramfunc,\"ax\",%progbits\n.thumb\n.syntax unified\n"
        ".type stub_one, %function\n.thumb_func\nstub_one: b.w stub_two\n"
        ".size stub_one, .-stub_one\n"
        ".type stub_two, %function\n.thumb_func\nstub_two: ldr.w pc, 1f\n.align 2\n1: .word last\n"
        ".size stub_two, .-stub_two\n.text\n");
int stub_one(int value);

RAM int root(int input)
{
    return stub_one(input) + 1;
}
