@ Shapes of code that compilers and linkers make, each a function of its own.
    .syntax unified
    .thumb
    .cpu cortex-m7
    .section .ram, "ax"

    .macro begin name
    .p2align 2
    .global \name
    .type \name, %function
    .thumb_func
\name:
    .endm
    .macro end name
    .size \name, . - \name
    .endm

    begin veneer_by_load
    ldr.w pc, [pc, #-0]
    .word 0x70000101
    end veneer_by_load

    begin veneer_by_move
    movw ip, #0x0201
    movt ip, #0x7000
    bx ip
    end veneer_by_move

    begin veneer_by_push
    push {r0, r1}
    ldr r0, [pc, #4]
    str r0, [sp, #4]
    pop {r0, pc}
    .word 0x70000301
    end veneer_by_push

    begin tail_conditional
    cmp r0, #3
    beq.w 0x20008000
    bx lr
    end tail_conditional

    begin it_blocks
    cmp r0, #0
    itte eq
    movweq r3, #0x0400
    movteq r3, #0x7000
    ldrne r3, [r1]
    ldr r0, [r3, #8]
    bx lr
    end it_blocks

    begin it_return
    cmp r0, #0
    it eq
    bxeq lr
    push {r4, lr}
    sub sp, #24
    blx r1
    add sp, #24
    pop {r4, pc}
    end it_return

    begin table_bytes
    cmp r0, #2
    bhi 9f
    tbb [pc, r0]
1:  .byte (2f - 1b) / 2, (3f - 1b) / 2, (4f - 1b) / 2, 0
2:  svc 1
    bx lr
3:  bkpt 2
    bx lr
4:  wfi
9:  bx lr
    end table_bytes

    begin table_bytes_unbound
    tbb [pc, r0]
1:  .byte (2f - 1b) / 2, 0
2:  bx lr
    end table_bytes_unbound

    begin table_words
    cmp r0, #1
    bhi 9f
    adr r3, 1f
    ldr pc, [r3, r0, lsl #2]
    .p2align 2
1:  .word 2f + 1
    .word 3f + 1
2:  svc 1
    bx lr
3:  bkpt 2
9:  bx lr
    end table_words

    begin table_slot
    sub sp, #8
    str r0, [sp, #4]
    cmp r0, #1
    bhi 9f
    ldr r1, [sp, #4]
    tbb [pc, r1]
1:  .byte (2f - 1b) / 2, (9f - 1b) / 2
2:  svc 1
9:  add sp, #8
    bx lr
    end table_slot

    begin table_changed
    cmp r0, #1
    bhi 9f
    adds r0, #4
    tbb [pc, r0]
1:  .byte 1, 1, 1, 1, (2f - 1b) / 2, (9f - 1b) / 2
2:  svc 1
9:  bx lr
    end table_changed

    begin stack_deep
    push {r4, r5, r6, lr}
    vpush {d8-d9}
    sub sp, #40
    str r4, [sp, #-8]!
    bl stack_shallow
    add sp, #48
    vpop {d8-d9}
    pop {r4, r5, r6, pc}
    end stack_deep

    begin stack_shallow
    bx lr
    end stack_shallow

    begin stack_variable
    push {r7, lr}
    mov r7, sp
    sub sp, sp, r0
    blx r1
    mov sp, r7
    pop {r7, pc}
    end stack_variable

    begin argument_on_stack
    push {r4, lr}
    sub sp, #8
    ldr r3, =0x70000500
    str r3, [sp]
    movs r3, #0
    bl stack_shallow
    add sp, #8
    pop {r4, pc}
    .ltorg
    end argument_on_stack

    begin slot_shared
    push {r4, lr}
    sub sp, #8
    ldr r3, =stack_shallow
    str r3, [sp, #4]
    movs r3, #0
    mov r0, sp
    bl stack_shallow
    ldr r3, [sp, #4]
    blx r3
    add sp, #8
    pop {r4, pc}
    .ltorg
    end slot_shared

    begin walks_pointer
    ldr r3, =0x70000600
1:  ldrb r2, [r3], #1
    cmp r2, #0
    bne 1b
    bx lr
    .ltorg
    end walks_pointer

    begin to_float
    ldr r3, =0x70000700
    vmov s0, r3
    bx lr
    .ltorg
    end to_float

    begin undecodable
    .inst.w 0xfe80f080
    bx lr
    end undecodable

    begin falls_out
    movs r0, #1
    movs r1, #1
    end falls_out
    begin fallen_into
    bx lr
    end fallen_into

    begin hint_reads
    ldr r3, =0x70000800
    pld [r3, #4]
    bx lr
    .ltorg
    end hint_reads

    begin overwritten
    ldr r3, =0x70000900
    mov r3, r0
    ldr r0, [r3]
    bx lr
    .ltorg
    end overwritten

    begin returns_by_register
    mov r3, lr
    bx r3
    end returns_by_register

    begin traps
    cbz r0, 1f
    .inst.n 0xdefe
1:  .inst.w 0xf7f0a000
    end traps

    begin calls_abort
    nop
    bl stack_shallow
    nop
    .word 0x70000a01
    end calls_abort
