/*
 * The smallest image: says hello and sleeps.
 */
#include "tests/twin_fw/fw.h"

int main(void)
{
    put_text("hello\n");
    return 0;
}
