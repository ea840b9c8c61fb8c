"""The words of the deck that decide each check of plans, with their citation.

The English is that of the rules; the Thai is the rule's text in the reference data, shortened to
the words that decide.
"""

from typing import Final

QUOTES: Final = {
    "R13": (
        "มีองค์ประกอบครบ 6 ส่วน ได้แก่ วิสัยทัศน์ ประเด็นยุทธศาสตร์ เป้าประสงค์ ตัวชี้วัด ค่าเป้าหมาย และกลยุทธ์",
        "has all six: vision, strategic issues, goals, indicators, target values, strategies",
        "slides 34, 35",
    ),
    "R14": (
        "แผนพัฒนาจังหวัดและแผนพัฒนากลุ่มจังหวัดมีระยะเวลา 4 ปี แผนปฏิบัติราชการประจำปีมีระยะเวลา 1 ปีงบประมาณ",
        "Development plan spans 4 years; annual operational plan spans 1 fiscal year.",
        "slides 34, 35, 63",
    ),
    "R15": (
        (
            "ประเด็นยุทธศาสตร์แต่ละประเด็นต้องมีเป้าประสงค์อย่างน้อยหนึ่งข้อ "
            "เป้าประสงค์แต่ละข้อต้องมีตัวชี้วัดอย่างน้อยหนึ่งตัว "
            "ตัวชี้วัดแต่ละตัวต้องมีค่าเป้าหมาย และตัวชี้วัดต้องสัมพันธ์โดยตรงกับเป้าประสงค์ที่วัด"
        ),
        (
            "at least one goal, each goal at least one indicator, each indicator a target value; "
            "indicators relate directly to the goal they measure"
        ),
        "slides 34, 35, 48",
    ),
    "R16": (
        "ปัจจัยภายนอกซึ่งจังหวัดควบคุมไม่ได้ เช่น ผลิตภัณฑ์มวลรวมจังหวัด (GPP) และมูลค่าการส่งออก",
        "factors outside the province's control, such as GPP and export value",
        "slide 48",
    ),
    "R17": (
        (
            "วิสัยทัศน์ที่กว้างหรือสั้นเกินไปจนไม่สื่อความหมาย และประเด็นยุทธศาสตร์ เป้าประสงค์ "
            "หรือกลยุทธ์ที่มีความหมายกว้างจนไม่เห็นงานที่ชัดเจน"
        ),
        (
            "visions too broad or too short to mean anything; issues, goals and strategies of wide "
            "meaning that do not show clear work"
        ),
        "slide 48",
    ),
    "R18": (
        "แผนต้องมีส่วนที่แสดงผลการดำเนินงานที่ผ่านมา",
        "Plan contains a section on past performance",
        "slide 49",
    ),
    "R19": (
        "ต้องครอบคลุมมิติสำคัญทุกด้าน ได้แก่ เศรษฐกิจ สังคม ทรัพยากรธรรมชาติและสิ่งแวดล้อม และความมั่นคง",
        "cover all key dimensions: economy, society, natural resources/environment, security",
        "slides 33, 48, 49",
    ),
    "R20": (
        "ต้องสืบค้นได้ว่ามีการเปลี่ยนแปลงไปจากแผนที่พิจารณาเมื่อปีก่อนอย่างไร",
        "a lookup returns how it changed from the version considered last year",
        "slide 49",
    ),
    "R21": (
        (
            "ต้องเชื่อมโยงกับทิศทางเศรษฐกิจและสังคมของประเทศ นโยบายรัฐบาล กรอบการพัฒนาภาค ยุทธศาสตร์รายสาขา "
            "และผลสำรวจความต้องการของประชาชนในพื้นที่"
        ),
        (
            "link to national economic and social direction, government policy, regional frame, "
            "sector strategies and the needs survey"
        ),
        "slides 5, 7, 33, 34",
    ),
    "R22": (
        "รายการใดไม่เชื่อมโยงให้แสดงในบัญชีรายการที่ยังไม่สอดคล้อง",
        "an unlinked item is listed as unaligned",
        "slide 5",
    ),
    "R23": (
        "ต้องจัดลำดับความสำคัญตั้งแต่ลำดับที่ 1 ต่อเนื่องกัน โดยไม่ข้ามลำดับและไม่ซ้ำลำดับ",
        "carry ranks 1..n without gaps or ties",
        "slides 41, 44-47, 65",
    ),
}
"""Thai, English and citation by rule."""
