using System.Text;
using RIL.Training;
using RIL.Training.Tokenizers;

namespace RIL.Tests.Training.Tokenizers;

public sealed class AnyTextTests
{
    private static readonly Lazy<ByteLevelTokenizer> Composing =
        new(() => ByteLevelTokenizer.Load(Fixtures.Beside("../../Fixtures/tokenizer")));

    // Kinds of text that break what is not prepared for them.
    private static readonly string[] Pieces =
    [
        "a", " ", "\n", "\r\n", "'s", "12", "é", "e\u0301", "\u1100\u1161", "\u212B", "\uFFFE", "\uFFFF", "\uFDD0", "\U0001FFFE", "\uFFFD",
        "\uD800", "\uDFFF", "\U0001F600", "\U00010400", "\0", "\u0085", "\u200B", "\u202E", "\uFEFF", "<|im_end|>",
        "<|im_start|>", "中", "٣",
        "\u0300", "\u0345\u0301", "ﬁ",
    ];

    [Fact]
    public void AnyText_IsTokenizedAndComesBack()
    {
        var random = new Random(5);
        ByteLevelTokenizer tokenizer = Composing.Value;
        for (int i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (int n = random.Next(1, 12); n > 0; n--)
            {
                if (random.Next(3) > 0) text.Append(Pieces[random.Next(Pieces.Length)]);
                else text.Append((char)random.Next(0x10000));
            }
            string given = text.ToString(), expected = UnicodeText.Normalized(given, NormalizationForm.FormC);
            Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(given)));
            Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(given, allowSpecial: true)));
        }
    }

    [Fact]
    public void WhatIsNoCharacter_IsReplacedAndNothingElse()
    {
        foreach ((string text, string normal) in new[]
        {
            ("\uD800", "\uFFFD"), ("\uDC00\uD800", "\uFFFD\uFFFD"), ("\uFFFE", "\uFFFE"), ("e\u0301\uFFFEe\u0301", "é\uFFFEé"),
            ("\U0001F600e\u0301", "\U0001F600é"), ("", ""), ("ascii", "ascii"),
        })
            Assert.Equal(normal, UnicodeText.Normalized(text, NormalizationForm.FormC));
    }
}
