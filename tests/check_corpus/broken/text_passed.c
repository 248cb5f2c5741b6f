/*
 * rule: pointer-dark load-dark
 * title: A text that is passed
 * broken: A function in RAM reads the text that it is given, which lies in flash.
 * cure: Copy the text to RAM first.
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

RAM int root(int input)
{
    return text_send("erased") + input;
}
