/** For `epts`: the time series of the application smart_kettle. */
export const KETTLE = {
  autoExtraction: false,
  timeSeries: [{ name: 'temperature', values: [{ name: 'celsius', type: 'number', unit: '°C' }] }],
};

/** For `epts`: where the first version of the kettle has its temperature. */
export const KETTLE_EXTRACTION = {
  extractions: [{ timeSeries: 'temperature', values: { celsius: '/water/celsius' } }],
};

/** What a kettle sends. */
export const KETTLE_SAMPLE = { water: { celsius: 96.5 }, litres: 1.2 };

/** For `epts`: the time series of the application cold_chain. */
export const CARGO = {
  autoExtraction: false,
  timeSeries: [
    {
      name: 'cargo',
      values: [
        { name: 'celsius', type: 'number', unit: '°C' },
        { name: 'doorOpen', type: 'boolean' },
      ],
    },
  ],
};

/** For `epts`: where the second version of the boxes has it. */
export const CARGO_EXTRACTION = {
  extractions: [{ timeSeries: 'cargo', values: { celsius: '/box/t', doorOpen: '/box/door' } }],
};
