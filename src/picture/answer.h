/* What sunlot-picture says to the program that started it: its exit status. It is called
 *   sunlot-picture MEGAPIXELS EDGE MEBIBYTES SECONDS <original >copy
 * and anything else than PICTURE_DONE leaves nothing usable on standard output. */
#ifndef PICTURE_ANSWER_H
#define PICTURE_ANSWER_H

enum picture_answer {
    PICTURE_DONE = 0,
    PICTURE_USAGE = 64,   /* called in another way than above */
    PICTURE_DAMAGED = 65, /* neither JPEG nor PNG, damaged, or cut off */
    PICTURE_LARGE = 66,   /* more pixels than allowed, as its head says */
    PICTURE_COLOUR = 67,  /* CMYK or another model of colour that pages cannot show */
    PICTURE_MEMORY = 68,  /* needs more memory than allowed */
    PICTURE_UNCAGED = 69, /* the system gave no cage: nothing was read */
    PICTURE_WRITE = 70    /* the copy could not be written */
};

#endif
