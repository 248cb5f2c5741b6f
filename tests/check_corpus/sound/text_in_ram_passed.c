/*
 * rule: pointer-dark load-dark
 * title: A text in RAM that is passed
 * sound: The function reads the text that it is given, which lies in RAM.
 */
#include "tests/check_corpus/board.h"

RAM int text_send(const char *text)
{
    int count = 0;
    while (text[count] != 0) {
        OUTPUT = (uint8_t)text[count++];
    }
    return count;
}

static char text[] = "erased";

RAM int root(int input)
{
    return text_send(text) + input;
}
