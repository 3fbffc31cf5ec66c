/* Makes a registry of any size for the benchmarks: ROWS valid, different rows of 检查对象, as CSV
 * on standard output. gen_objects ROWS [bare|full]
 *
 * The check characters are worked out here once more from GB 32100-2015 and GB 11714, on purpose
 * apart from src/ids: a mistake there would show as rejected rows. Row i is the same in every run;
 * the codes come in no sorted order, as in a real file. "bare" leaves the heading row out, for
 * sqlite3 and COPY; "full" adds what lists are filtered by: risk class, one of twenty departments
 * D01 to D20, labels. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 31 * 31 * 31 * 31 * 31 * 31 }; /* values of the six characters that vary */

static const char ALPHABET[] = "0123456789ABCDEFGHJKLMNPQRTUWXY"; /* GB 32100: no I O S V Z */

static const struct place {
    const char *code;
    const char *name;
    const char *street;
} PLACES[] = {
    {"410882", "沁阳市", "怀庆街道"},         {"140981", "原平市", "北城街道"},
    {"410481", "舞钢市", "垭口街道"},         {"411523", "新县", "金兰山街道"},
    {"130502", "邢台市襄都区", "南长街街道"}, {"410883", "孟州市", "大定街道"},
};

static const struct trade {
    const char *code;
    const char *word;
    const char *business;
} TRADES[] = {
    {"5211", "百货", "日用百货、\"鲜活\"食品零售，预包装食品销售"},
    {"6210", "餐饮", "餐饮服务、外卖送餐"},
    {"5251", "大药房", "药品零售、医疗器械经营"},
    {"1452", "食品", "食品生产、销售"},
    {"4720", "建筑", "建筑工程施工、建筑材料销售"},
    {"8111", "汽车维修", "机动车维修、洗车服务"},
    {"0111", "种植", "谷物种植、农产品初加工"},
    {"7810", "物业", "物业管理、环境卫生管理"},
};

static const char *const FORMS[] = {"有限公司", "商店", "经营部", "有限责任公司"};

/* What trade names are made of: characters that real ones use. */
static const char NAMING[] =
    "兴盛恒泰鑫宏达通顺祥瑞丰裕华利安康宁和平福禄寿喜财源广进德仁义礼智信诚实"
    "永久长远隆昌旺茂金银玉宝珠光明辉煌星辰日月天地山河江海湖川云龙凤虎马鹏鹤"
    "燕鹰松柏竹梅兰菊荷莲春夏秋冬东南西北中正大小新老美丽佳好优良品尚雅韵诗书"
    "画琴棋飞翔腾跃奔驰骏捷速快联合众友邦国民生家园圆满百千万亿多益博文武英杰"
    "豪俊贤才子孙世代传承创业建设发展科技工程农林牧渔商贸物流汽车电器服装食饮"
    "料酒茶烟糖果蔬菜米面油盐酱醋鱼肉蛋奶豆水火木土石铁铜铝钢具船航空路桥房屋";
enum { NAMING_COUNT = 216, NAMING_BYTES = 3, NAMES = NAMING_COUNT * NAMING_COUNT * NAMING_COUNT };
_Static_assert(sizeof NAMING == NAMING_COUNT * NAMING_BYTES + 1, "216 characters of three bytes");

/* The trade name of a row: three characters, no two of the first ten million rows alike. One row in
 * two thousand has a number besides, as in the registries of three provinces. */
static void print_trade_name(uint64_t row)
{
    uint64_t scattered = row * 700000001u % NAMES;
    for (int i = 0; i < 3; i++) {
        printf("%.*s", NAMING_BYTES, NAMING + scattered % NAMING_COUNT * NAMING_BYTES);
        scattered /= NAMING_COUNT;
    }
    if (row % 2000 == 0)
        printf("第%" PRIu64, row + 1);
}

/* splitmix64: the stream of one row. */
static uint64_t next_word(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* GB 11714: the ninth character of the organisation code. */
static char organisation_check(const char code[8])
{
    static const int weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += weights[i] * (code[i] <= '9' ? code[i] - '0' : code[i] - 'A' + 10);
    int check = 11 - sum % 11;
    return "0123456789X0"[check];
}

/* GB 32100: the eighteenth character; the weight of character i is 3^i mod 31. */
static char uscc_check(const char code[17])
{
    int sum = 0, weight = 1;
    for (int i = 0; i < 17; i++) {
        sum += weight * (int)(strchr(ALPHABET, code[i]) - ALPHABET);
        weight = weight * 3 % 31;
    }
    return ALPHABET[(31 - sum % 31) % 31];
}

/* The number of row i: 9, kind of body, division, an organisation code that begins with MA. */
static void make_uscc(char out[19], uint64_t row, const char *division, int kind)
{
    uint64_t scattered = row * 700000001u % CODES; /* no multiple of 31: no code twice */
    memcpy(out, "91", 2);
    out[1] = (char)('1' + kind);
    memcpy(out + 2, division, 6);
    memcpy(out + 8, "MA", 2);
    for (int i = 15; i >= 10; i--) {
        out[i] = ALPHABET[scattered % 31];
        scattered /= 31;
    }
    out[16] = organisation_check(out + 8);
    out[17] = uscc_check(out);
    out[18] = '\0';
}

/* Classes, departments and labels as unequal as in a real registry: D is a twentieth of all, the
 * first department a tenth, one object in twenty has a label, one in a thousand a rare one. */
static void print_more(uint64_t row)
{
    static const char *const words[] = {"食品", "药品", "特种设备", "危化品", "学校", "医疗机构"};
    uint64_t state = row ^ 0x5bd1e995u;
    uint64_t r = next_word(&state);
    unsigned a = (unsigned)(r % 20), b = (unsigned)((r >> 8) % 20), c = (unsigned)((r >> 16) % 20);
    printf(",%s,D%02u,", c < 10 ? "A" : c < 16 ? "B" : c < 19 ? "C" : "D", (a < b ? a : b) + 1);
    if ((r >> 24) % 1000 == 0)
        fputs("长江经济带", stdout);
    else if ((r >> 24) % 20 == 0)
        fputs(words[(r >> 40) % 6], stdout);
}

static void print_row(uint64_t row, int full)
{
    uint64_t state = row;
    uint64_t r = next_word(&state);
    const struct place *place = &PLACES[r % (sizeof PLACES / sizeof PLACES[0])];
    const struct trade *trade = &TRADES[(r >> 8) % (sizeof TRADES / sizeof TRADES[0])];
    int kind = (r >> 16) % 4 == 0 ? 1 : 0; /* a quarter 个体工商户, the rest 企业 */
    unsigned year = 2001 + (unsigned)((r >> 24) % 23);
    unsigned month = 1 + (unsigned)((r >> 32) % 12), day = 1 + (unsigned)((r >> 40) % 28);
    char uscc[19];
    make_uscc(uscc, row, place->code, kind);
    unsigned rest = (unsigned)((r >> 56) % 100);
    const char *standing = !full || rest < 95 ? "存续" : rest < 98 ? "吊销" : "注销";
    printf("%s,%s", uscc, place->name);
    print_trade_name(row);
    printf("%s%s,%s,%s,%s,%s%s建设路%u号,%s,\"", trade->word, FORMS[(r >> 48) % 4],
           kind == 1 ? "个体工商户" : "企业", standing, place->code, place->name, place->street,
           (unsigned)((r >> 52) % 900) + 1, trade->code);
    for (const char *c = trade->business; *c != '\0'; c++)
        fputs(*c == '"' ? "\"\"" : (char[]){*c, '\0'}, stdout);
    printf("\",%u-%02u-%02u", year, month, day);
    if (full)
        print_more(row);
    putchar('\n');
}

int main(int argc, char **argv)
{
    char *end = NULL;
    uint64_t rows = argc > 1 ? strtoull(argv[1], &end, 10) : 0;
    if (rows == 0 || rows > CODES || *end != '\0') {
        fprintf(stderr, "gen_objects ROWS [bare|full]\n");
        return 2;
    }
    int full = argc > 2 && strcmp(argv[2], "full") == 0;
    if (argc < 3 || full)
        printf("统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,地址,行业代码,经营范围,"
               "成立日期%s\n",
               full ? ",信用风险类别,监管部门,监管标签" : "");
    for (uint64_t row = 0; row < rows; row++)
        print_row(row, full);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
