/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Init, as the build linked it. */
	.section .rodata
	.balign 16
	.globl init_image
	.hidden init_image
	.type init_image, %object
init_image:
	.incbin INIT_PROGRAM
	.globl init_image_end
	.hidden init_image_end
	.type init_image_end, %object
init_image_end:
	.section .note.GNU-stack, "", %progbits
