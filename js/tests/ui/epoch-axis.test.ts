import { describe, expect, it } from "vitest";
import { axisFraction, axisNumbers, axisTicks, epochAt, isUneven } from "../../src/ui/epoch-axis";

const UNEVEN = [0, 1, 2, 9, 19];

describe("the epoch axis", () => {
  it("places positions by recorded number, linear between two", () => {
    expect([0, 1, 2, 3, 4].map((epoch) => axisFraction(UNEVEN, epoch) * 19)).toEqual([0, 1, 2, 9, 19]);
    expect(axisFraction(UNEVEN, 2.5) * 19).toBeCloseTo(5.5, 12);
  });

  it("is undone by epochAt", () => {
    for (let epoch = 0; epoch <= 4; epoch += 0.125) {
      expect(epochAt(UNEVEN, axisFraction(UNEVEN, epoch))).toBeCloseTo(epoch, 9);
    }
  });

  it("stays inside when the pointer leaves", () => {
    expect([epochAt(UNEVEN, -0.2), epochAt(UNEVEN, 1), epochAt(UNEVEN, 1.2)]).toEqual([0, 4, 4]);
  });

  it("puts a single epoch in the middle", () => {
    expect([axisFraction([7], 0), epochAt([7], 0.9)]).toEqual([0.5, 0]);
  });

  it("runs over positions where the numbers do not rise", () => {
    expect(axisNumbers(UNEVEN)).toBe(UNEVEN);
    expect(axisNumbers([5, 3, 9])).toEqual([0, 1, 2]);
    expect([UNEVEN, [3, 5, 7], [7], []].map(isUneven)).toEqual([true, false, false, false]);
  });

  it("writes round numbers inside the range", () => {
    expect(axisTicks(UNEVEN, 6)).toEqual([0, 5, 10, 15]);
    expect(axisTicks([3, 4, 5], 6)).toEqual([3, 4, 5]);
    expect(axisTicks([7], 6)).toEqual([7]);
    expect(axisTicks([0, 59], 6)).toEqual([0, 10, 20, 30, 40, 50]);
  });
});
