/* The workbench's pages of settings, dictionaries and the working-day calendar. */
#ifndef PAGE_DESK_SETTING_H
#define PAGE_DESK_SETTING_H

#include "page/desk_list.h"

web_handler desk_settings, desk_setting, desk_setting_edit, desk_dictionaries, desk_dictionary,
    desk_dictionary_word, desk_calendar, desk_calendar_import, desk_calendar_confirm;

#endif
